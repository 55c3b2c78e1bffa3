/** Small functions on the page's elements. Text is always set as text, never as HTML. */

type Content = Node | string;

/** Return a new element with its properties, attributes and content. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | boolean>,
  ...content: Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "boolean") made.toggleAttribute(key, value);
    else made.setAttribute(key, value);
  }
  made.append(...content);
  return made;
}

/** Return the page's element with an id, which index.html has. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no such element: ${id}`);
  return found;
}

/** Return a button that runs an action; while the action runs, it cannot be pressed again. */
export function button(label: string, look: "primary" | "quiet", action: () => Promise<void> | void) {
  const made = element("button", { type: "button", class: look }, label);
  made.addEventListener("click", () => void whileBusy(made, action));
  return made;
}

/**
 * Run an action unless the one that the button has started still runs.
 *
 * The button is not disabled meanwhile: a disabled element loses the keyboard's focus.
 */
export async function whileBusy(pressed: HTMLButtonElement, action: () => Promise<void> | void) {
  if (pressed.ariaBusy === "true") return;
  pressed.ariaBusy = "true";
  try {
    await action();
  } finally {
    pressed.ariaBusy = null;
  }
}

/** Return the trimmed text of a form's field. */
export function textOf(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
    return field.value.trim();
  }
  return field instanceof RadioNodeList ? field.value : "";
}

/** Return the number in a form's field; an empty field is 0. */
export function numberOf(form: HTMLFormElement, name: string): number {
  return Number(textOf(form, name)) || 0;
}
