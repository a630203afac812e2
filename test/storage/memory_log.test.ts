/**
 * MemoryLog: the suite of all event logs.
 */
import { MemoryLog } from "../../server/storage/memory_log.ts";
import { eventLogSuite } from "./event_log_suite.ts";

eventLogSuite("MemoryLog", async () => new MemoryLog());
