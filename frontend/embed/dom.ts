/** Makes elements. Words only ever become text nodes and attributes, never markup. */

export type Child = Node | string | false | null;

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string>,
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name] as string);
  for (const child of children) if (child) element.append(child);
  return element;
}

/** A sentence with nodes in the places of its placeholders, such as `%(clause)s`. */
export function fill(sentence: string, ...nodes: (Node | string)[]): DocumentFragment {
  const fragment = document.createDocumentFragment();
  sentence.split(/%\(\w+\)s/).forEach((words, index) => {
    if (index) fragment.append(nodes[index - 1] ?? "");
    fragment.append(words);
  });
  return fragment;
}
