package io.sluice.engine.admission;

import java.util.List;

/**
 * Deals each flow a few of many shared queues, so that a few heavy flows rarely spoil all the
 * queues of a light one.
 *
 * <p>Source: shuffle sharding, as in the priority and fairness of the Kubernetes API server: a hash
 * of the flow chooses a hand of distinct cards from the deck, each hand as likely as any other.
 */
final class Dealer {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final int deck;
  private final int hand;

  /**
   * Creates a dealer.
   *
   * @param deck how many cards there are
   * @param hand how many each flow gets, at most {@code deck}
   */
  Dealer(int deck, int hand) {
    this.deck = deck;
    this.hand = hand;
  }

  /** Deals a hand of distinct cards, 0..deck−1, by a hash whose bits are well mixed. */
  int[] deal(long hash) {
    int[] cards = new int[hand];
    long state = hash;
    for (int dealt = 0; dealt < hand; dealt++) {
      // Floyd's choice: each hand is as likely as any other, and no card is dealt twice.
      int top = deck - hand + dealt;
      state = mix(state + 0x9e3779b97f4a7c15L);
      int card = (int) Math.multiplyHigh(state >>> 1, (top + 1L) << 1);
      cards[dealt] = contains(cards, dealt, card) ? top : card;
    }
    return cards;
  }

  /** Hashes the values that make a flow; the borders between them count. */
  static long hash(List<String> values) {
    long hash = FNV_OFFSET;
    for (String value : values) {
      for (int i = 0; i < value.length(); i++) {
        hash = (hash ^ value.charAt(i)) * FNV_PRIME;
      }
      hash = (hash ^ 0x10000) * FNV_PRIME;
    }
    return mix(hash);
  }

  private static boolean contains(int[] cards, int count, int card) {
    for (int i = 0; i < count; i++) {
      if (cards[i] == card) {
        return true;
      }
    }
    return false;
  }

  /** The finalizer of SplittableRandom (D. Stafford, variant 13). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
