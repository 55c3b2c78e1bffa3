/** What the page says to the person: good news politely, problems at once, values at their field. */

import { ApiProblem, type Problem } from "../typescript/problem";
import { byId, element } from "./elements";

/** Show a sentence in the page's status line, which screen readers read aloud. */
export function say(sentence: string): void {
  byId("status", HTMLElement).textContent = sentence;
}

/** Return an error as sentences for people. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    if (["unauthorized", "invalid_refresh_token"].includes(error.problem.code)) {
      return "Your session has ended. Log in again; what you have entered is still here.";
    }
    if (error.problem.errors) return "Some values are not valid. Each is marked below.";
    return error.message;
  }
  if (error instanceof TypeError) return "The service cannot be reached. Check the connection and try again.";
  throw error;
}

/** Show an error in `area`, and at the fields that it names; `extra` follows the sentence. */
export function showProblem(area: HTMLElement, error: unknown, ...extra: Node[]): void {
  area.replaceChildren(element("p", {}, sentenceOf(error)), ...extra);
  if (error instanceof ApiProblem) markFields(area, error.problem);
  area.scrollIntoView({ block: "nearest" });
}

/** Remove what `area` shows, and its marks at fields; those of another area stay. */
export function clearProblem(area: HTMLElement): void {
  area.replaceChildren();
  for (const field of document.querySelectorAll(`[aria-describedby^="${area.id}-"]`)) unmark(field);
}

/** Remove the mark of a field. */
export function unmark(field: Element): void {
  const note = field.getAttribute("aria-describedby");
  if (note === null) return;
  document.getElementById(note)?.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
}

/** A field's name is the JSON pointer of its value in the body, so a violation finds its field. */
function markFields(area: HTMLElement, problem: Problem): void {
  const form = area.closest("form");
  for (const [index, { pointer, detail }] of (problem.errors ?? []).entries()) {
    const field = form?.elements.namedItem(pointer);
    if (field instanceof HTMLElement) {
      const id = `${area.id}-invalid-${index}`;
      unmark(field);
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", id);
      field.after(element("span", { id, class: "invalid" }, detail));
      if (index === 0) field.focus();
    } else {
      area.append(element("p", {}, `${pointer.slice(1)} ${detail}.`));
    }
  }
}
