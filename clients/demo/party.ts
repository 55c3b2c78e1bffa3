/** The party: guests and menu as the API's types, and the price as they change. */

import { dataOf, type Api, type Schemas } from "../typescript/client";
import { byId, element, numberOf, textOf } from "./elements";
import { dollars, longDay, words } from "./format";
import { clearProblem, showProblem } from "./messages";
import { priceTable } from "./price";

const UPGRADES = ["salmon", "scallops", "filet_mignon", "lobster_tail", "extra_protein"] as const;
const ADD_ONS = ["yakisoba_noodles", "extra_fried_rice", "extra_vegetables", "edamame", "gyoza"] as const;
const PAUSE_MS = 250;

/** Return the party in the form; the day and the time are left out until both are chosen. */
export function partyOf(form: HTMLFormElement): Schemas["CreateQuote"] {
  const [adults, children, toddlers] = ["/adults", "/children", "/toddlers"].map((name) =>
    numberOf(form, name),
  ) as [number, number, number];
  const [date, time] = [textOf(form, "/date"), textOf(form, "/time")];
  return {
    guests: adults + children + toddlers,
    adults,
    children,
    toddlers,
    menu: {
      upgrades: quantities(form, "/menu/upgrades/", UPGRADES),
      add_ons: quantities(form, "/menu/add_ons/", ADD_ONS),
    },
    ...(date && time ? { date, time: time as Schemas["StartTime"] } : {}),
  };
}

export class PartyForm {
  readonly #problem = byId("party-problem", HTMLElement);
  #timer = 0;
  #newest = 0;

  constructor(
    private readonly api: Api,
    private readonly form: HTMLFormElement,
  ) {
    addQuantities("upgrades", "/menu/upgrades/", UPGRADES);
    addQuantities("add-ons", "/menu/add_ons/", ADD_ONS);
    form.addEventListener("input", () => this.reprice());
  }

  /** Ask for the price once the person pauses. */
  reprice(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#price(), PAUSE_MS);
  }

  async #price(): Promise<void> {
    const request = ++this.#newest;
    const body = partyOf(this.form);
    try {
      const quote = await dataOf(this.api.POST("/api/v1/quotes", { body }));
      // An older answer that arrives later must not replace a newer one.
      if (request !== this.#newest) return;
      clearProblem(this.#problem);
      show(quote, body);
    } catch (error) {
      if (request === this.#newest) showProblem(this.#problem, error);
    }
  }
}

function show({ price, payment_terms: terms }: Schemas["Quote"], body: Schemas["CreateQuote"]): void {
  const due = terms.confirmed_by === "deposit" ? price.deposit_due : price.total;
  const slot = body.date && body.time ? `${longDay(body.date)}, ${body.time}` : "Pick a day and a time.";
  byId("chosen-slot", HTMLElement).textContent = slot;
  byId("price", HTMLElement).replaceChildren(priceTable(price));
  byId("total", HTMLElement).textContent = `Total ${dollars(price.total)}`;
  byId("terms", HTMLElement).textContent =
    `${dollars(due)} now confirms the booking. Travel is added once we know the distance.`;
}

function quantities<Code extends string>(form: HTMLFormElement, pointer: string, codes: readonly Code[]) {
  const ordered = codes.map((code) => [code, numberOf(form, pointer + code)] as const);
  return Object.fromEntries(ordered.filter(([, quantity]) => quantity > 0)) as Partial<Record<Code, number>>;
}

function addQuantities(id: string, pointer: string, codes: readonly string[]): void {
  const fields = codes.map((code) => {
    const input = element("input", { name: pointer + code, type: "number", inputmode: "numeric", min: "0", value: "0" });
    return element("label", {}, element("span", {}, words(code)), input);
  });
  byId(id, HTMLElement).append(...fields);
}
