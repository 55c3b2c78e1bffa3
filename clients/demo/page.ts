/** The page: puts its parts together, and shows the view that the address names. */

import { createApi } from "../typescript/client";
import { AccountDialog } from "./account";
import { Calendar } from "./availability";
import { announcementOf, book, showBookingProblem } from "./booking";
import { allBookings, bookingTable } from "./booking_lists";
import { BookingView } from "./booking_view";
import { confirmPayment, wayBack } from "./checkout";
import { loadConfig } from "./config";
import { byId, textOf, whileBusy } from "./elements";
import { clearProblem, say, showProblem, unmark } from "./messages";
import { PartyForm } from "./party";
import { Session } from "./session";
import { StaffView } from "./staff";
import { sentryTrace } from "./trace";

const VIEWS = ["book", "bookings", "booking", "staff"] as const;
/** What the views hold of a person. */
const PERSONAL = ["bookings-list", "booking-details", "capacity", "day-bookings"] as const;
/** What the next view says first. */
let announcement = "";

const config = await loadConfig();
const baseUrl = config.api_url;
const trace = sentryTrace();
const publicApi = createApi({ baseUrl, middleware: [trace] });
const session = new Session(publicApi, () => dialog.showState());
const accessToken = () => session.accessToken();
const api = createApi({ baseUrl, accessToken, middleware: [trace, session.endedBy401] });
const dialog = new AccountDialog(publicApi, session, config.users, startAnew);

const form = byId("booking-form", HTMLFormElement);
const problem = byId("booking-problem", HTMLElement);
const party = new PartyForm(publicApi, form);
const calendar = new Calendar(api, () => party.reprice());
const bookingView = new BookingView(api, session, config.stripe_url);
const staff = new StaffView(api);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void whileBusy(byId("book-button", HTMLButtonElement), bookTheParty);
});
form.addEventListener("input", ({ target }) => {
  if (target instanceof Element) unmark(target);
});
window.addEventListener("hashchange", () => void showView());
window.addEventListener("unhandledrejection", () => say("Something went wrong on this page. Load it again."));

dialog.showState();
await start();

async function start(): Promise<void> {
  const back = wayBack();
  if (back) {
    await returnFromStripe(back.bookingId, back.paymentIntentId);
  } else {
    await showView();
  }
}

async function returnFromStripe(bookingId: string, paymentIntentId: string): Promise<void> {
  window.history.replaceState(null, "", `#booking/${bookingId}`);
  await session.resume().catch(() => undefined);
  await withLogin(async () => {
    announcement = await confirmPayment(api, paymentIntentId);
  }, byId("one-problem", HTMLElement));
  await showView();
}

async function bookTheParty(): Promise<void> {
  clearProblem(problem);
  if (!session.account && !(await dialog.open("Log in or register to book. What you have entered stays."))) return;
  try {
    const booking = await book(api, form);
    announcement = announcementOf(booking);
    window.location.hash = `#booking/${booking.booking_id}`;
  } catch (error) {
    showBookingProblem(problem, error, calendar, textOf(form, "/date"));
  }
}

/** Show the view of the address: #book, #bookings, #booking/<id> or #staff. */
async function showView(): Promise<void> {
  const [name, id = ""] = window.location.hash.slice(1).split("/");
  const view = VIEWS.find((each) => each === name) ?? "book";
  for (const each of VIEWS) byId(each, HTMLElement).hidden = each !== view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  say(announcement);
  announcement = "";
  if (view === "book") await calendar.load();
  if (view === "bookings") await withLogin(showBookings, byId("bookings-problem", HTMLElement));
  if (view === "booking") await withLogin(() => bookingView.open(id), byId("one-problem", HTMLElement));
  if (view === "staff") await withLogin(() => staff.open(), byId("staff-problem", HTMLElement));
}

/** Empty the form and the views after a logout: the next person must not see what the last one has entered. */
async function startAnew(): Promise<void> {
  form.reset();
  calendar.forget();
  clearProblem(problem);
  for (const id of PERSONAL) byId(id, HTMLElement).replaceChildren();
  announcement = "You are logged out.";
  window.history.pushState(null, "", "#book");
  await showView();
}

async function showBookings(): Promise<void> {
  const list = byId("bookings-list", HTMLElement);
  list.replaceChildren("Loading…");
  const bookings = await allBookings(api);
  list.replaceChildren(bookingTable("My bookings", bookings));
}

/** Run an action that needs an account; ask for a login first if nobody is logged in. */
async function withLogin(action: () => Promise<void>, area: HTMLElement): Promise<void> {
  clearProblem(area);
  if (!session.account && !(await dialog.open("Log in to see this."))) {
    window.location.hash = "#book";
    return;
  }
  try {
    await action();
  } catch (error) {
    showProblem(area, error);
  }
}
