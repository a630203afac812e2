/**
 * WriteAsyncapi: writes docs/asyncapi.json anew, after a change of the schemas.
 */
import { writeFileSync } from "node:fs";
import { protocolDocument } from "../shared/protocol/asyncapi.ts";

const FILE = new URL("asyncapi.json", import.meta.url);

writeFileSync(FILE, JSON.stringify(protocolDocument(), null, 2));
