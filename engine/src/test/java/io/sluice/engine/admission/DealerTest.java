package io.sluice.engine.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often a few heavy flows spoil every queue of a light one: I-24 and the table of T-1. */
class DealerTest {
  /** Deals of each row; {@code -Dsluice.deals=100000000} is the long run. */
  private static final long DEALS = Long.getLong("sluice.deals", 100_000);

  @ParameterizedTest
  @CsvSource({
    "12, 32, 4, .1143",
    "12, 32, 16, .9935",
    "10, 32, 4, .0626",
    "10, 32, 16, .9753",
    "10, 64, 4, 4.557e-4",
    "10, 64, 16, .49999",
    "9, 64, 4, 4.550e-4",
    "9, 64, 16, .4282",
    "8, 64, 4, 4.887e-4",
    "8, 64, 16, .3594",
    "8, 128, 16, .02746",
    "7, 128, 16, .02406",
    "7, 256, 16, 6.710e-4",
    "6, 256, 16, 8.896e-4",
    "6, 512, 16, 2.260e-5"
  })
  void squishesMiceAsOftenAsTheTableSays(int hand, int deck, int elephants, double published) {
    Dealer dealer = new Dealer(deck, hand);
    long squished = 0;
    long flow = (long) hand << 50 | (long) deck << 40 | (long) elephants << 34;
    for (long deal = 0; deal < DEALS; deal++) {
      long[] covered = new long[deck / Long.SIZE + 1];
      for (int elephant = 0; elephant < elephants; elephant++) {
        for (int card : dealer.deal(hashOf(flow++))) {
          covered[card / Long.SIZE] |= 1L << card;
        }
      }
      boolean all = true;
      for (int card : dealer.deal(hashOf(flow++))) {
        all &= (covered[card / Long.SIZE] & 1L << card) != 0;
      }
      squished += all ? 1 : 0;
    }
    double sigma = Math.sqrt(published * (1 - published) / DEALS);
    double rounding = published * 1e-3; // four digits are published
    assertThat(squished / (double) DEALS)
        .isBetween(published - 3 * sigma - rounding, published + 3 * sigma + rounding);
  }

  @Test
  void dealsDistinctCardsOfTheDeckAndTheSameEachTime() {
    Dealer dealer = new Dealer(128, 8);
    for (int flow = 0; flow < 10_000; flow++) {
      int[] hand = dealer.deal(Dealer.hash(List.of("client" + flow)));
      assertThat(IntStream.of(hand).distinct().count()).isEqualTo(8);
      assertThat(IntStream.of(hand)).allMatch(card -> card >= 0 && card < 128);
      assertThat(dealer.deal(Dealer.hash(List.of("client" + flow)))).isEqualTo(hand);
    }
  }

  @Test
  void eachCardIsDealtAsOftenAsAnyOther() {
    Dealer dealer = new Dealer(128, 8);
    int[] dealt = new int[128];
    int flows = 100_000;
    for (int flow = 0; flow < flows; flow++) {
      for (int card : dealer.deal(hashOf(flow))) {
        dealt[card]++;
      }
    }
    double mean = flows * 8 / 128.0;
    double sigma = Math.sqrt(mean * (1 - 8 / 128.0));
    for (int count : dealt) {
      assertThat((double) count).isBetween(mean - 5 * sigma, mean + 5 * sigma);
    }
  }

  @Test
  void bordersBetweenValuesCount() {
    assertThat(Dealer.hash(List.of("ab", "c"))).isNotEqualTo(Dealer.hash(List.of("a", "bc")));
    assertThat(Dealer.hash(List.of("a", ""))).isNotEqualTo(Dealer.hash(List.of("a")));
  }

  private static long hashOf(long flow) {
    return Dealer.hash(List.of(Long.toString(flow, Character.MAX_RADIX)));
  }
}
