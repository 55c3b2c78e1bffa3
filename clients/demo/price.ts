/** A price of the API as a table. */

import type { Schemas } from "../typescript/client";
import { element } from "./elements";
import { dollars } from "./format";

/** Return the lines of a price, then tax and total. Every amount is the server's. */
export function priceTable(price: Schemas["Price"]): HTMLElement {
  const lines = price.lines.filter((line) => line.amount !== 0 || line.quantity > 0);
  const rows = lines.map((line) =>
    row(line.quantity > 1 ? `${line.quantity} × ${line.description}` : line.description, line.amount),
  );
  const sums = [row("Tax", price.tax), row("Total", price.total, "total")];
  return element(
    "table",
    { class: "lines" },
    element("caption", { class: "hidden" }, "Price"),
    element("tbody", {}, ...rows, ...sums),
  );
}

function row(name: string, cents: number, look = ""): HTMLElement {
  return element("tr", { class: look }, element("th", { scope: "row" }, name), element("td", {}, dollars(cents)));
}
