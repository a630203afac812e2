/**
 * Method describe: the protocol as a document that programs read.
 *
 * Kind:   call, answered by the connection.
 * Params: {}
 * Result: the AsyncAPI 3.0 document of docs/asyncapi.json
 * Cost:   the document is made at the first call; later ones copy its text.
 * Source: PROTOCOL.md section 4.
 */
import { protocolDocument } from "../../../shared/protocol/asyncapi.ts";
import type { CallerMethod } from "../method.ts";

let json: string | undefined;

export const describe: CallerMethod<"describe"> = {
  kind: "caller",
  name: "describe",

  answer() {
    json ??= JSON.stringify(protocolDocument());
    return { ok: true, result: {}, json };
  },
};
