/** Log in and register, in one dialog; and who is logged in, in the page's head. */

import { dataOf, type Api } from "../typescript/client";
import type { Config } from "./config";
import { button, byId, element, textOf, whileBusy } from "./elements";
import { clearProblem, say, showProblem } from "./messages";
import type { Session } from "./session";

type Step = "log in" | "register" | "confirm";

const TITLE: Record<Step, string> = {
  "log in": "Log in",
  register: "Register",
  confirm: "Confirm your address",
};

export class AccountDialog {
  readonly #dialog = byId("account-dialog", HTMLDialogElement);
  readonly #form = byId("account-form", HTMLFormElement);
  readonly #problem = byId("account-problem", HTMLElement);
  #step: Step = "log in";
  #finish: (loggedIn: boolean) => void = () => undefined;

  constructor(
    private readonly publicApi: Api,
    private readonly session: Session,
    users: Config["users"],
    private readonly onLogOut: () => Promise<void>,
  ) {
    const submit = byId("account-submit", HTMLButtonElement);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearProblem(this.#problem);
      void whileBusy(submit, () => this.#next()).catch((error) => showProblem(this.#problem, error));
    });
    byId("account-switch", HTMLButtonElement).addEventListener("click", () =>
      this.#show(this.#step === "log in" ? "register" : "log in"),
    );
    byId("account-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#finish(this.session.account !== undefined));
    this.#offer(users);
  }

  /** Open the dialog; return whether somebody is logged in when it closes. */
  open(reason = ""): Promise<boolean> {
    byId("account-reason", HTMLElement).textContent = reason;
    clearProblem(this.#problem);
    this.#show("log in");
    this.#dialog.showModal();
    return new Promise((resolve) => (this.#finish = resolve));
  }

  /** Show who is logged in, and the way in or out. */
  showState(): void {
    const { account } = this.session;
    const state = account
      ? [element("span", {}, account.email), button("Log out", "quiet", () => this.#logOut())]
      : [button("Log in", "quiet", async () => void (await this.open()))];
    byId("account-state", HTMLElement).replaceChildren(...state);
    byId("staff-link", HTMLElement).hidden = !this.session.isAdmin;
  }

  async #logOut(): Promise<void> {
    // Without an answer the tokens are forgotten all the same.
    await this.session.logOut().catch(() => undefined);
    await this.onLogOut();
  }

  #show(step: Step): void {
    this.#step = step;
    byId("account-title", HTMLElement).textContent = TITLE[step];
    byId("account-submit", HTMLElement).textContent = step === "confirm" ? "Confirm and log in" : TITLE[step];
    byId("account-switch", HTMLElement).textContent =
      step === "log in" ? "I have no account yet" : "I have an account";
    byId("code-label", HTMLElement).hidden = step !== "confirm";
    const hint = byId("code-hint", HTMLElement);
    hint.hidden = step !== "confirm";
    hint.textContent = `We have mailed a code. On the local cloud, read it with: make code EMAIL=${this.#email}`;
  }

  get #email(): string {
    return textOf(this.#form, "/email");
  }

  async #next(): Promise<void> {
    const body = { email: this.#email, password: textOf(this.#form, "/password") };
    if (this.#step === "register") {
      await dataOf(this.publicApi.POST("/api/v1/auth/register", { body }));
      this.#show("confirm");
      byId("code-label", HTMLElement).querySelector("input")?.focus();
      return;
    }
    if (this.#step === "confirm") {
      const confirmation = { ...body, code: textOf(this.#form, "/code") };
      await dataOf(this.publicApi.POST("/api/v1/auth/register/confirm", { body: confirmation }));
    }
    await this.session.logIn(body);
    this.#form.reset();
    this.#dialog.close();
    say(`You are logged in as ${body.email}.`);
  }

  #offer(users: Config["users"]): void {
    const buttons = Object.entries(users).map(([role, user]) =>
      button(`Demo ${role}`, "quiet", () => {
        for (const name of ["email", "password"] as const) {
          const field = this.#form.elements.namedItem(`/${name}`);
          if (field instanceof HTMLInputElement) field.value = user[name];
        }
      }),
    );
    if (buttons.length) byId("demo-users", HTMLElement).append("Fill in: ", ...buttons);
  }
}
