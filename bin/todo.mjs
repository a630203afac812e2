#!/usr/bin/env node
/** todo: the command line client. */
import { launch } from "./launch.mjs";

await launch("client/cli/main");
