/** Connector: connects, is welcomed, subscribes and closes: one operation. */
import { RpcError } from "../../client/rpc_error.ts";
import { nowUs } from "./clock.ts";
import type { Performed, Performer } from "./pace.ts";
import type { Tally } from "./tally.ts";
import { type WireAddress, WireClient } from "./wire_client.ts";

const DEAF = { pushed: () => undefined, closed: () => undefined };

export class Connector implements Performer {
  readonly #address: WireAddress;
  readonly #list: string;
  readonly #tally: Tally;

  constructor(address: WireAddress, list: string, tally: Tally) {
    this.#address = address;
    this.#list = list;
    this.#tally = tally;
  }

  perform(startUs: number, done: (how: Performed) => void): void {
    void (async () => done(await this.#connect(startUs)))();
  }

  async #connect(startUs: number): Promise<Performed> {
    let client: WireClient;
    try {
      client = await WireClient.connect(this.#address, DEAF, this.#tally);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#tally.error(error.kind);
      return "refused";
    }
    const answer = await client.call("subscribe", { list: this.#list });
    client.close();
    if (!answer.ok) {
      this.#tally.error(answer.kind);
      return "refused";
    }
    this.#tally.count("connect");
    this.#tally.operation(nowUs() - startUs);
    return "answered";
  }
}
