/** What the page needs to know of its environment, from the server that serves it. */

interface DemoUser {
  email: string;
  password: string;
}

export interface Config {
  api_url: string;
  stripe_url: string;
  /** The people of `make dev`, whose passwords are no secret. */
  users: Record<string, DemoUser>;
}

export async function loadConfig(): Promise<Config> {
  return (await (await fetch("config.json")).json()) as Config;
}
