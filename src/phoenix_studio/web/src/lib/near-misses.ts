// Finds the moments at which the toy was almost called: peaks of the score below the threshold.

export interface Miss {
  phrase: string;
  score: number;
  at: number;
}

const SHARE = 0.4; // of the threshold: what is less is no miss
const OVER_S = 1.0; // without a higher score, a peak is over

export class NearMisses {
  #peaks = new Map<string, Miss>();

  /** Process a score, and return a miss that is over with it. */
  feed(phrase: string, score: number, at: number, threshold: number): Miss | undefined {
    const peak = this.#peaks.get(phrase);
    if (score >= SHARE * threshold && score > (peak?.score ?? 0)) {
      this.#peaks.set(phrase, { phrase, score, at });
      return undefined;
    }
    if (!peak || at - peak.at < OVER_S) return undefined;
    this.#peaks.delete(phrase);
    return peak.score < threshold ? peak : undefined;
  }

  /** Forget the peaks: the toy was called. */
  woke(): void {
    this.#peaks.clear();
  }
}
