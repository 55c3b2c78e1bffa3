/** Amounts, days and times as text for people. */

import type { Schemas } from "../typescript/client";

const MONEY = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
// A date of the API is a day at the venue, without a time zone. Here it is midnight UTC, always.
const DAY = new Intl.DateTimeFormat("en-US", { dateStyle: "full", timeZone: "UTC" });
const SHORT_DAY = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat("en-US", { month: "long", year: "numeric", timeZone: "UTC" });

export const dollars = (cents: number): string => MONEY.format(cents / 100);
export const longDay = (date: string): string => DAY.format(new Date(date));
export const shortDay = (date: string): string => SHORT_DAY.format(new Date(date));
export const monthName = (date: Date): string => MONTH.format(date);
export const isoDate = (date: Date): string => date.toISOString().slice(0, 10);

export const STATUS: Record<Schemas["BookingStatus"], string> = {
  pending: "Waiting for payment",
  confirmed: "Confirmed",
  completed: "Completed",
  cancelled: "Cancelled",
  no_show: "No-show",
};

/** Return a code of the API as words: `deposit_paid` is "deposit paid". */
export const words = (code: string): string => code.replaceAll("_", " ");

/** Return times as a list in a sentence. */
export const listOf = (items: string[]): string =>
  new Intl.ListFormat("en-US", { type: "conjunction" }).format(items);
