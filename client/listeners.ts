/**
 * Listeners: those of the client's user are called here, so that a bug of theirs is none of ours.
 */

/** Calls a listener. What it throws is thrown where nothing of the client is under way. */
export function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
