/** Book the party in the form. */

import { dataOf, type Api, type Schemas } from "../typescript/client";
import { IdempotencyKey } from "../typescript/idempotency";
import { ApiProblem } from "../typescript/problem";
import type { Calendar } from "./availability";
import { button, element, textOf } from "./elements";
import { listOf, longDay } from "./format";
import { showProblem } from "./messages";
import { partyOf } from "./party";

const key = new IdempotencyKey();

/** Create a booking of what is in the form. Pressing the button again after a lost answer never books twice. */
export async function book(api: Api, form: HTMLFormElement): Promise<Schemas["Booking"]> {
  const body = bookingOf(form);
  const header = { "Idempotency-Key": key.for(body) };
  const booking = await dataOf(api.POST("/api/v1/bookings", { body, params: { header } }));
  key.answered();
  return booking;
}

/** Return what to say about a booking that `book` has returned, which an earlier attempt may have made. */
export function announcementOf({ status }: Schemas["Booking"]): string {
  return status === "pending"
    ? "The time is yours. Pay to confirm the booking."
    : "You had made this booking before. To make another one, book again.";
}

/** Show why booking has failed; if the slot is taken, offer the free times of that day. */
export function showBookingProblem(area: HTMLElement, error: unknown, calendar: Calendar, date: string): void {
  if (!(error instanceof ApiProblem) || error.problem.code !== "slot_unavailable") {
    showProblem(area, error);
    return;
  }
  const times = error.problem.available_times ?? [];
  const free = times.length
    ? `Still free on ${longDay(date)}: ${listOf(times)}.`
    : `No time is free on ${longDay(date)} any more: pick another day.`;
  const choices = times.map((time) => button(time, "quiet", () => calendar.choose(date, time)));
  showProblem(area, error, element("p", {}, free), element("p", { class: "choices" }, ...choices));
  void calendar.load();
}

function bookingOf(form: HTMLFormElement): Schemas["CreateBooking"] {
  const requests = textOf(form, "/special_requests");
  return {
    ...partyOf(form),
    date: textOf(form, "/date"),
    time: textOf(form, "/time") as Schemas["StartTime"],
    venue: {
      address_line1: textOf(form, "/venue/address_line1"),
      city: textOf(form, "/venue/city"),
      state: textOf(form, "/venue/state"),
      postal_code: textOf(form, "/venue/postal_code"),
    },
    contact: {
      name: textOf(form, "/contact/name"),
      email: textOf(form, "/contact/email"),
      phone: textOf(form, "/contact/phone"),
    },
    ...(requests ? { special_requests: requests } : {}),
  };
}
