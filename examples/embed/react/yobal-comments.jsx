// The thread of a story: <YobalComments address="https://comments.example/river-post" story={id} edition="en" />
// Works with rendering on the server, too: without a script the link stays.
import { useEffect } from "react";

/** Adds the script to the page once, however many threads there are. */
function useEmbedScript(src) {
  useEffect(() => {
    if ([...document.scripts].some((script) => script.src === src)) return;
    document.head.append(Object.assign(document.createElement("script"), { src, async: true }));
  }, [src]);
}

export function YobalComments({ address, story, edition }) {
  useEmbedScript(`${address}/@/embed.js`);
  return (
    <yobal-comments story={story} edition={edition}>
      <a href={`${address}/${story}/${edition}/`}>Comments</a>
    </yobal-comments>
  );
}
