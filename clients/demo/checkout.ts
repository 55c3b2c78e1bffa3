/** Pay on Stripe's page: the way there, and the way back. */

import { dataOf, type Api, type Schemas } from "../typescript/client";
import { IdempotencyKey } from "../typescript/idempotency";

type PaymentType = Schemas["PaymentType"];

/** Never ended: as long as this page lives, a payment that was opened is paid, and no second one is opened. */
const key = new IdempotencyKey();

/** Return which payment a booking needs next, or undefined if nothing can be paid now. */
export function nextPayment(booking: Schemas["Booking"]): PaymentType | undefined {
  if (booking.status === "confirmed" && booking.price.balance_due > 0) return "balance";
  if (booking.status !== "pending") return undefined;
  return Date.parse(booking.balance_due_at) <= Date.now() ? "full" : "deposit";
}

/** Open a payment and return the address of the page on which the person pays it. */
export async function paymentPage(
  api: Api,
  stripeUrl: string,
  booking_id: string,
  payment_type: PaymentType,
): Promise<string> {
  const body = { booking_id, payment_type };
  const header = { "Idempotency-Key": key.for(body) };
  const intent = await dataOf(
    api.POST("/api/v1/payments/create-payment-intent", { body, params: { header } }),
  );
  const back = new URL(window.location.pathname, window.location.origin);
  back.searchParams.set("booking_id", booking_id);
  const page = new URL(`/checkout/${encodeURIComponent(intent.client_secret)}`, stripeUrl);
  page.searchParams.set("return_url", back.href);
  return page.href;
}

export interface WayBack {
  bookingId: string;
  paymentIntentId: string;
}

/** Return what Stripe has added to our address on the way back, and remove it from the address. */
export function wayBack(): WayBack | undefined {
  const query = new URLSearchParams(window.location.search);
  const [bookingId, paymentIntentId] = [query.get("booking_id"), query.get("payment_intent")];
  if (bookingId === null || paymentIntentId === null) return undefined;
  // The client secret in the address belongs into no history.
  window.history.replaceState(null, "", window.location.pathname);
  return { bookingId, paymentIntentId };
}

/** Ask the API to look at the payment now, and return its result as a sentence. */
export async function confirmPayment(api: Api, payment_intent_id: string): Promise<string> {
  const body = { payment_intent_id };
  const result = await dataOf(api.POST("/api/v1/payments/confirm-payment", { body }));
  if (result.status === "succeeded") return "Paid. Your booking is confirmed.";
  if (result.status === "processing") return "Your bank is processing the payment. The booking is confirmed after that.";
  return "The payment has not been made yet.";
}
