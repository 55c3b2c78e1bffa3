/** One booking: what was booked, what is due, and how to pay or cancel it. */

import { dataOf, type Api, type Schemas } from "../typescript/client";
import { nextPayment, paymentPage } from "./checkout";
import { button, byId, element } from "./elements";
import { dollars, longDay, shortDay, STATUS, words } from "./format";
import { clearProblem, say, showProblem } from "./messages";
import { priceTable } from "./price";
import type { Session } from "./session";

type Booking = Schemas["Booking"];

const PAY: Record<Schemas["PaymentType"], string> = {
  deposit: "Pay the deposit",
  balance: "Pay the balance",
  full: "Pay the full amount",
};

export class BookingView {
  readonly #problem = byId("one-problem", HTMLElement);
  readonly #details = byId("booking-details", HTMLElement);

  constructor(
    private readonly api: Api,
    private readonly session: Session,
    private readonly stripeUrl: string,
  ) {}

  /** Load a booking and show it. */
  async open(booking_id: string): Promise<void> {
    clearProblem(this.#problem);
    this.#details.replaceChildren("Loading…");
    const params = { path: { booking_id } };
    this.#show(await dataOf(this.api.GET("/api/v1/bookings/{booking_id}", { params })));
  }

  #show(booking: Booking): void {
    const { venue } = booking;
    const facts = {
      When: `${longDay(booking.date)}, ${booking.time}`,
      Where: `${venue.address_line1}, ${venue.city}, ${venue.state} ${venue.postal_code}`,
      Guests: String(booking.guests),
      Payment: words(booking.payment_status),
      Paid: `${dollars(booking.price.amount_paid)} of ${dollars(booking.price.total)}`,
      Number: booking.booking_id,
    };
    const list = Object.entries(facts).flatMap(([name, value]) => [
      element("dt", {}, name),
      element("dd", {}, value),
    ]);
    this.#details.replaceChildren(
      element("p", {}, badge(booking.status)),
      element("div", { class: "card" }, element("dl", {}, ...list), priceTable(booking.price)),
      element("div", { class: "actions", id: "booking-actions" }, ...this.#actions(booking)),
    );
  }

  #actions(booking: Booking): HTMLElement[] {
    const actions: HTMLElement[] = [];
    const payment = nextPayment(booking);
    if (payment) {
      const { deposit_due, balance_due, total } = booking.price;
      const amount = { deposit: deposit_due, balance: balance_due, full: total }[payment];
      const label = `${PAY[payment]}, ${dollars(amount)}`;
      actions.push(button(label, "primary", () => this.#try(() => this.#pay(booking, payment))));
    }
    if (booking.status === "pending" || booking.status === "confirmed") {
      actions.push(button("Cancel this booking…", "quiet", () => this.#try(() => this.#quote(booking))));
    }
    return actions;
  }

  async #pay(booking: Booking, payment: Schemas["PaymentType"]): Promise<void> {
    const page = await paymentPage(this.api, this.stripeUrl, booking.booking_id, payment);
    this.session.leave();
    window.location.assign(page);
  }

  async #quote({ booking_id }: Booking): Promise<void> {
    const params = { path: { booking_id } };
    const quote = await dataOf(this.api.GET("/api/v1/bookings/{booking_id}/cancellation-quote", { params }));
    const refund = dollars(quote.refund_amount);
    const sentence = quote.refund_base
      ? `You have paid ${dollars(quote.refund_base)}. If you cancel now, you get back ${refund} (${quote.refund_percentage} %).`
      : "You have paid nothing yet, so nothing is refunded.";
    const yes = quote.refund_amount ? `Cancel and refund ${refund}` : "Cancel the booking";
    const question = element("p", { tabindex: "-1" }, sentence);
    byId("booking-actions", HTMLElement).replaceChildren(
      question,
      button(yes, "primary", () => this.#try(() => this.#cancel(booking_id))),
      button("Keep the booking", "quiet", () => this.#try(() => this.open(booking_id))),
    );
    question.focus();
  }

  async #cancel(booking_id: string): Promise<void> {
    const params = { path: { booking_id } };
    const done = await dataOf(this.api.DELETE("/api/v1/bookings/{booking_id}", { params }));
    const by = done.estimated_refund_date ? `, by ${shortDay(done.estimated_refund_date)} at the latest` : "";
    await this.open(booking_id);
    const refund = done.refund_amount ? ` ${dollars(done.refund_amount)} will be refunded${by}.` : "";
    say(`The booking is cancelled.${refund}`);
    byId("booking-title", HTMLElement).focus();
  }

  async #try(action: () => Promise<void>): Promise<void> {
    clearProblem(this.#problem);
    await action().catch((error: unknown) => showProblem(this.#problem, error));
  }
}

/** Return a status as a badge. */
export function badge(status: Schemas["BookingStatus"]): HTMLElement {
  return element("span", { class: `badge ${status}` }, STATUS[status]);
}
