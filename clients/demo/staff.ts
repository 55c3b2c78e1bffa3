/** The staff's view of a day: its bookings, and how many each start time takes. */

import { dataOf, type Api, type Schemas } from "../typescript/client";
import { allBookings, bookingTable } from "./booking_lists";
import { button, byId, element, textOf } from "./elements";
import { isoDate, longDay } from "./format";
import { clearProblem, say, showProblem } from "./messages";

type Slot = Schemas["SlotAvailability"];

export class StaffView {
  readonly #form = byId("staff-form", HTMLFormElement);
  readonly #problem = byId("staff-problem", HTMLElement);

  constructor(private readonly api: Api) {
    const day = this.#form.elements.namedItem("day");
    if (day instanceof HTMLInputElement) day.value = isoDate(new Date());
    this.#form.addEventListener("change", () => void this.open());
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Load the chosen day and show it. */
  async open(): Promise<void> {
    clearProblem(this.#problem);
    for (const id of ["capacity", "day-bookings"]) byId(id, HTMLElement).replaceChildren("Loading…");
    try {
      await this.#show(textOf(this.#form, "day"));
    } catch (error) {
      showProblem(this.#problem, error);
    }
  }

  async #show(date: string): Promise<void> {
    byId("staff-title", HTMLElement).textContent = longDay(date);
    const query = { from: date, to: date };
    const [{ slots }, bookings] = await Promise.all([
      dataOf(this.api.GET("/api/v1/availability", { params: { query } })),
      allBookings(this.api, { date_from: date, date_to: date }),
    ]);
    // The person may have picked another day meanwhile.
    if (date !== textOf(this.#form, "day")) return;
    byId("capacity", HTMLElement).replaceChildren(...slots.map((slot) => this.#capacity(slot)));
    byId("day-bookings", HTMLElement).replaceChildren(bookingTable(`Bookings on ${longDay(date)}`, bookings));
  }

  #capacity({ date, time, capacity, remaining }: Slot): HTMLElement {
    const input = element("input", {
      type: "number", min: "0", value: String(capacity), "aria-label": `Capacity at ${time}`,
    });
    const save = button("Save", "quiet", async () => {
      clearProblem(this.#problem);
      await this.#save(date, time, Number(input.value)).catch((error: unknown) =>
        showProblem(this.#problem, error),
      );
    });
    save.setAttribute("aria-label", `Save the capacity at ${time}`);
    const booked = element("span", { class: "note" }, `${capacity - remaining} of ${capacity} booked`);
    return element("div", { class: "capacity" }, element("strong", {}, time), booked, input, save);
  }

  async #save(date: string, time: Slot["time"], capacity: number): Promise<void> {
    const params = { path: { date, time } };
    await dataOf(this.api.PUT("/api/v1/availability/{date}/{time}", { params, body: { capacity } }));
    await this.#show(date);
    say(`${time} on ${longDay(date)} takes ${capacity} ${capacity === 1 ? "booking" : "bookings"}.`);
  }
}
