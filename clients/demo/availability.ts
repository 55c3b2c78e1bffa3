/** The calendar: the free days of a month, then the free start times of a day. */

import { dataOf, type Api, type Schemas } from "../typescript/client";
import { byId, element, whileBusy } from "./elements";
import { isoDate, longDay, monthName } from "./format";
import { clearProblem, showProblem } from "./messages";

type Slot = Schemas["SlotAvailability"];

const REASON: Record<NonNullable<Slot["reason"]>, string> = {
  lead_time: "too soon",
  full: "taken",
  closed: "closed",
  too_far_ahead: "too far ahead",
};

export class Calendar {
  #month = firstOfMonth(new Date(), 0);
  #slots: Slot[] = [];
  readonly #problem = byId("calendar-problem", HTMLElement);

  /** `onPick` runs when another day or time is chosen. */
  constructor(
    private readonly api: Api,
    private readonly onPick: () => void,
  ) {
    for (const [id, step] of [["month-before", -1], ["month-after", 1]] as const) {
      const button = byId(id, HTMLButtonElement);
      button.addEventListener("click", () => {
        this.#month = firstOfMonth(this.#month, step);
        void whileBusy(button, () => this.load());
      });
    }
    byId("days", HTMLElement).addEventListener("change", () => this.#showTimes());
    byId("times", HTMLElement).addEventListener("change", () => this.onPick());
  }

  /** Show the month, and keep the chosen day and time if they are still free. */
  async load(): Promise<void> {
    const month = this.#month;
    try {
      const slots = await this.#slotsOf(month);
      // The person may have turned to another month meanwhile.
      if (month === this.#month) this.#show(slots);
    } catch (error) {
      showProblem(this.#problem, error);
    }
  }

  async #slotsOf(month: Date): Promise<Slot[]> {
    const last = new Date(firstOfMonth(month, 1).getTime() - 1);
    const query = { from: isoDate(month), to: isoDate(last) };
    return (await dataOf(this.api.GET("/api/v1/availability", { params: { query } }))).slots;
  }

  #show(slots: Slot[]): void {
    clearProblem(this.#problem);
    this.#slots = slots;
    byId("month-name", HTMLElement).textContent = monthName(this.#month);
    byId("month-before", HTMLButtonElement).disabled = this.#month <= firstOfMonth(new Date(), 0);
    this.#showDays();
  }

  /** Choose a day, and a time if it is free. */
  async choose(date: string, time?: string): Promise<void> {
    this.#month = firstOfMonth(new Date(date), 0);
    await this.load();
    check("/date", date);
    this.#showTimes();
    if (time !== undefined) check("/time", time);
    this.onPick();
  }

  /** Forget the chosen day and time. */
  forget(): void {
    for (const input of [...inputs("/date"), ...inputs("/time")]) input.checked = false;
  }

  #showDays(): void {
    const chosen = chosenIn("/date");
    const dates = [...new Set(this.#slots.map((slot) => slot.date))];
    const blanks = Array.from({ length: this.#month.getUTCDay() }, () => element("span", {}));
    const days = dates.map((date) => this.#day(date, date === chosen));
    byId("days", HTMLElement).replaceChildren(...blanks, ...days);
    this.#showTimes();
  }

  #day(date: string, chosen: boolean): HTMLElement {
    const free = this.#slots.filter((slot) => slot.date === date && slot.available).length;
    const name = `${longDay(date)}: ${free === 0 ? "no free time" : `${free} free`}`;
    const input = element("input", {
      type: "radio", name: "/date", value: date, "aria-label": name, disabled: free === 0, checked: chosen && free > 0,
    });
    const dots = element("span", { class: "dots" }, "•".repeat(free));
    return element("label", { class: "day" }, input, element("span", {}, String(Number(date.slice(8)))), dots);
  }

  #showTimes(): void {
    const date = chosenIn("/date");
    const chosen = chosenIn("/time");
    const times = this.#slots.filter((slot) => slot.date === date);
    byId("times-of-day", HTMLElement).hidden = times.length === 0;
    byId("times-title", HTMLElement).textContent = date ? `Start on ${longDay(date)}` : "";
    byId("times", HTMLElement).replaceChildren(...times.map((slot) => time(slot, chosen)));
    this.onPick();
  }
}

function time(slot: Slot, chosen: string | undefined): HTMLElement {
  const input = element("input", {
    type: "radio", name: "/time", value: slot.time,
    disabled: !slot.available, checked: slot.available && slot.time === chosen,
  });
  const reason = slot.reason ? [element("small", {}, REASON[slot.reason])] : [];
  return element("label", { class: "time" }, input, element("span", {}, slot.time), ...reason);
}

function firstOfMonth(date: Date, step: number): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + step, 1));
}

function inputs(name: string): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)];
}

function chosenIn(name: string): string | undefined {
  return inputs(name).find((input) => input.checked)?.value;
}

function check(name: string, value: string): void {
  for (const input of inputs(name)) input.checked = input.value === value && !input.disabled;
}
