/** Elements, made and changed without HTML: what comes from the stream is only ever text. */

type Tag = keyof HTMLElementTagNameMap;

/** Makes an element; strings among the children become text. */
export function make<K extends Tag>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Sets the text of a node where it differs, so that a selection in it survives. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows or hides. */
export function setShown(element: HTMLElement, shown: boolean): void {
  if (element.hidden === shown) element.hidden = !shown;
}

/** Makes `parent` have `count` children: new ones by `create`, those beyond it removed. */
export function setCount(parent: HTMLElement, count: number, create: (index: number) => HTMLElement): void {
  while (parent.children.length > count) parent.lastElementChild?.remove();
  while (parent.children.length < count) parent.append(create(parent.children.length));
}
