/**
 * SmallDisk: a file system of a few megabytes, in memory, that a test can fill to the brim.
 *
 * Wants the right to mount; without it the test is skipped, and says why.
 */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why there can be none here; undefined: there can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== "linux") return "only Linux has tmpfs";
  try {
    const disk = new SmallDisk(1);
    disk.remove();
    return undefined;
  } catch (error) {
    return `mounting a tmpfs is not permitted: ${String(error).slice(0, 80)}`;
  }
}

export class SmallDisk {
  readonly folder: string;

  constructor(megabytes: number) {
    this.folder = mkdtempSync(join(tmpdir(), "todo-disk-"));
    const options = `size=${megabytes}m,mode=0700`;
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", this.folder], { stdio: "pipe" });
  }

  /** Takes all the space that is left, to the last byte. */
  fill(): void {
    const ballast = openSync(join(this.folder, "ballast"), "a");
    const chunk = Buffer.alloc(4096);
    try {
      for (;;) writeSync(ballast, chunk);
    } catch {
      // It is full.
    } finally {
      closeSync(ballast);
    }
  }

  /** Gives back what `fill` has taken. */
  empty(): void {
    unlinkSync(join(this.folder, "ballast"));
  }

  remove(): void {
    execFileSync("umount", ["--lazy", this.folder], { stdio: "pipe" });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
