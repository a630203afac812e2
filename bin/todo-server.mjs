#!/usr/bin/env node
/** todo-server: the server. */
import { launch } from "./launch.mjs";

await launch("server/main");
