/** What numbers, addresses and number plates look like. Rather too much is covered than half of one. */

const LATIN = String.raw`(?:[\p{Script=Latin}\p{Nd}_]\p{M}*)`;
const OTHER_SCRIPT = String.raw`(?:(?![\p{Script=Latin}\p{Nd}])[\p{L}\p{N}][\p{M}\u200c\u200d]*)`;
/** In scripts without spaces, a Latin name may touch the words around it: a part has one script. */
const PART = `(?:${LATIN}+|${OTHER_SCRIPT}+)`;
const NAME = String.raw`${PART}(?:[.%+\p{Pd}]+${PART})*`;
const HOST = String.raw`${PART}(?:[.\p{Pd}]+${PART})*`;
const PATH = String.raw`[\p{L}\p{M}\p{N}!-~]*[\p{L}\p{M}\p{N}_/=]`;
const SCHEME = String.raw`(?:[a-z][a-z0-9+.]*:\/\/|www\.|(?:mailto|tel|sms|sip|xmpp|skype|viber):)`;

const ADDRESSES = [
  new RegExp(String.raw`${SCHEME}(?:[!-~]*[\w/=])`, "giu"),
  new RegExp(String.raw`${SCHEME}(?:${NAME}@)?${HOST}(?::\d+)?(?:[/?#](?:${PATH})?)?`, "giu"),
  // Without a scheme, the path tells a host from two sentences without a space between them.
  new RegExp(String.raw`${PART}(?:\p{Pd}${PART})*(?:\.${PART})+\/(?:${PATH})?`, "giu"),
  new RegExp(String.raw`(?:${NAME})?[@\uff20]${HOST}`, "giu"),
];

const DASH = String.raw`\p{Pd}\u2043\u2212\u30fc\uff70`;
const POINT = String.raw`.\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\uff0e`;
const COMMA = String.raw`,\u060c\u066b\u066c\u3001\uff0c`;
/** Between the groups of a number. A point and a space may also end a sentence. */
const SEPARATOR = String.raw`(?!\.\s|\n\n)[\s\p{Cf}${DASH}${POINT}${COMMA}\/\uff0f\\\|:_~*]{1,3}`;
const BRACKETED = String.raw`[\(\uff08]\p{Nd}+[\)\uff09]`;
const ZERO = String.raw`[0\u0660\u06f0\u0966\u0e50\u17e0\uff10]`;

const NUMBERS = [
  new RegExp(
    String.raw`[+\uff0b]?(?:\p{Nd}+|${BRACKETED})` +
      String.raw`(?:(?:${SEPARATOR})?${BRACKETED}|${SEPARATOR}\p{Nd}+|(?<=[\)\uff09])\p{Nd}+)*`,
    "gu",
  ),
  // Three groups, or a zero at the beginning: no end of a sentence.
  /\p{Nd}+(?:\.\s+\p{Nd}+){2,}/gu,
  new RegExp(String.raw`(?<!\p{Nd})${ZERO}\p{Nd}*(?:\.\s+\p{Nd}+)+`, "gu"),
];

const MIXED = String.raw`(?=\p{Nd}*\p{L})(?=\p{L}*\p{Nd})(?:[\p{Lu}\p{Nd}]{2,8}|\p{Nd}{1,2}\p{Ll})`;
const START = String.raw`(?<![\p{Script=Latin}\p{Nd}])`;
const END = String.raw`(?![\p{Script=Latin}\p{Nd}])`;
const TIGHT = String.raw`[${DASH}${POINT}\/_]`;

const PLATES = [
  new RegExp(`${START}${MIXED}(?: [\\p{Lu}\\p{Nd}]{1,5}${END})*${END}`, "gu"),
  new RegExp(String.raw`${START}\p{Lu}{2,3} \p{Nd}{1,5}(?: \p{Lu}{1,3})?${END}`, "gu"),
  new RegExp(
    String.raw`${START}(?=\S*\p{Nd})[\p{Lu}\p{Nd}]{1,6}(?:${TIGHT}[\p{Lu}\p{Nd}]{1,6})+${END}`,
    "gu",
  ),
];

export const PRIVATE_DATA: readonly RegExp[] = [...ADDRESSES, ...NUMBERS, ...PLATES];
