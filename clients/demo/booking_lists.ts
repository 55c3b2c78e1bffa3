/** Lists of bookings: a customer's own, and for staff those of a day. */

import { dataOf, type Api, type Schemas } from "../typescript/client";
import { badge } from "./booking_view";
import { element } from "./elements";
import { dollars, shortDay, words } from "./format";

type Summary = Schemas["BookingSummary"];
type Filter = { date_from?: string; date_to?: string };

/** Return all pages of a list. */
export async function allBookings(api: Api, filter: Filter = {}): Promise<Summary[]> {
  const items: Summary[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...filter, limit: 100, ...(cursor === undefined ? {} : { cursor }) };
    const page = await dataOf(api.GET("/api/v1/bookings", { params: { query } }));
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return items;
}

/** Return bookings as a table whose first column opens them. */
export function bookingTable(caption: string, bookings: Summary[]): HTMLElement {
  if (bookings.length === 0) return element("p", {}, "There are no bookings.");
  const head = ["Start", "Guests", "Total", "Status", "Payment"].map((name) =>
    element("th", { scope: "col" }, name),
  );
  return element(
    "div",
    { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
    element(
      "table",
      {},
      element("caption", { class: "hidden" }, caption),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...bookings.map(row)),
    ),
  );
}

function row(booking: Summary): HTMLElement {
  const start = `${shortDay(booking.date)}, ${booking.time}`;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, element("a", { href: `#booking/${booking.booking_id}` }, start)),
    element("td", {}, String(booking.guests)),
    element("td", {}, dollars(booking.total)),
    element("td", {}, badge(booking.status)),
    element("td", {}, words(booking.payment_status)),
  );
}
