/** What the server says about its newsroom, before sign-in. */

import { post } from "./client.ts";
import type { About } from "./types.ts";

export interface Site {
  id: string;
  name: string;
  /** The address of the desk for everybody, without a path. */
  deskUrl: string;
  isDemo: boolean;
  /** This page comes from `yobal desk` on this computer, and not from the server. */
  isLocal: boolean;
}

let deskUrl = "";

/** Throws only `RequestRejected` and `NetworkError`. */
export async function fetchSite(): Promise<Site> {
  const about = await post<About>("/api/desk/about", {});
  deskUrl = about.desk_url;
  return {
    id: about.site_id,
    name: about.site_name,
    deskUrl,
    isDemo: about.is_demo,
    isLocal: isLocalDesk(),
  };
}

export const isLocalDesk = (): boolean => deskUrl !== location.origin;

/** For what other people open: never the address of this computer. */
export function addressOfDesk(path: string): string {
  return deskUrl + path;
}
