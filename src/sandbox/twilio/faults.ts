/** What can be made to go wrong on one call. All off to begin with; may be switched while the call runs. */

export interface CallFaults {
  /** Frames to the application pile up; switched off again, they all come at once. */
  holdMedia: boolean;
  /** Frames to the application vanish. */
  loseMedia: boolean;
  /** Every frame comes twice. */
  duplicateMedia: boolean;
  /** Marks are never echoed. */
  ignoreMarks: boolean;
  /** Each webhook is under way this long before it reaches the application. */
  webhookDelayMs: number;
  /** Each webhook is delivered twice, both at once; the first answer counts. */
  duplicateWebhooks: boolean;
  /** Status callbacks are kept back and come in reverse order when the call is over. */
  reverseStatus: boolean;
  /** The handshake is signed over the URL with a slash at its end. */
  slashInUpgrade: boolean;
}

export function noFaults(): CallFaults {
  return {
    holdMedia: false,
    loseMedia: false,
    duplicateMedia: false,
    ignoreMarks: false,
    webhookDelayMs: 0,
    duplicateWebhooks: false,
    reverseStatus: false,
    slashInUpgrade: false,
  };
}
