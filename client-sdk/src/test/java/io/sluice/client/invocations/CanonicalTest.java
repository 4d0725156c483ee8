package io.sluice.client.invocations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.SluiceClient;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CanonicalTest {

  @Test
  void s4_04_valuesOfDifferentTypesAreDifferent() {
    List<Object> different =
        Arrays.asList(
            1,
            1.0,
            "1",
            new BigDecimal("1"),
            true,
            "true",
            null,
            "n",
            List.of(1),
            Set.of(1),
            Map.of("1", 1),
            List.of(),
            Map.of(),
            Set.of(),
            "",
            TimeUnit.DAYS,
            List.of(List.of(1), List.of()),
            List.of(List.of(), List.of(1)),
            List.of("ab", "c"),
            List.of("a", "bc"));
    Set<String> texts = new HashSet<>();
    different.forEach(value -> texts.add(Canonical.of("x", value)));
    assertThat(texts).hasSize(different.size());
  }

  @Test
  void s4_04_equalValuesAreEqualTexts() {
    assertThat(Canonical.of("x", 1L)).isEqualTo(Canonical.of("x", (byte) 1)).isEqualTo("i:1;");
    assertThat(Canonical.of("x", BigInteger.ONE)).isEqualTo("i:1;");
    assertThat(Canonical.of("x", 1.0f)).isEqualTo(Canonical.of("x", 1.0)).isEqualTo("f:1.0;");
    assertThat(Canonical.of("x", new BigDecimal("1.50"))).isEqualTo("d:1.5;");
    assertThat(Canonical.of("x", "né")).isEqualTo("s2:né");
  }

  @Test
  void s4_04_orderOfKeysAndOfSetsIsIrrelevant() {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("b", new LinkedHashSet<>(List.of(1, 2)));
    one.put("a", null);
    Map<String, Object> other = new LinkedHashMap<>();
    other.put("a", null);
    other.put("b", new LinkedHashSet<>(List.of(2, 1)));
    assertThat(Canonical.of("x", one))
        .isEqualTo(Canonical.of("x", other))
        .isEqualTo("{s1:an;s1:b<i:1;i:2;>}");
    assertThat(new CallArguments(one).key(ConcurrencyControlType.ARGUMENTS, List.of()))
        .isEqualTo(new CallArguments(other).key(ConcurrencyControlType.ARGUMENTS, List.of()));
  }

  @Test
  void unknownKindsAreRefusedByName() {
    assertThatThrownBy(() -> Canonical.of("when", new Object()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("argument when must be made of null, Boolean, numbers");
    assertThatThrownBy(() -> Canonical.of("when", Map.of(1, 2)))
        .hasMessageContaining("texts as keys");
    List<Object> endless = new ArrayList<>();
    endless.add(endless);
    assertThatThrownBy(() -> Canonical.of("when", endless)).hasMessageContaining("32 deep");
  }

  @Test
  void longAndUnprintableTextsAreShortened() {
    assertThat(Canonical.shortened("s1:a")).isEqualTo("s1:a");
    assertThat(Canonical.shortened("s1:\n")).matches("sha256:[0-9a-f]{64}");
    assertThat(Canonical.shortened("s999:" + "a".repeat(999))).hasSize(71);
  }

  @Test
  void s4_05_keysChooseWhatIsTheSameAndTheRestIsADifference() {
    CallArguments first = new CallArguments(Map.of("account", "a", "amount", 1, "gone", true));
    CallArguments second = new CallArguments(Map.of("account", "a", "amount", 2, "more", "y"));
    List<String> account = List.of("account");
    assertThat(first.key(ConcurrencyControlType.KEYS, account))
        .isEqualTo(second.key(ConcurrencyControlType.KEYS, account));
    assertThat(second.differencesFrom(first))
        .containsExactly(
            new ArgumentDifference("amount", Optional.of("i:1;"), Optional.of("i:2;")),
            new ArgumentDifference("gone", Optional.of("b:true;"), Optional.empty()),
            new ArgumentDifference("more", Optional.empty(), Optional.of("s1:y")));
    assertThat(second.differencesFrom(first))
        .extracting(ArgumentDifference::toString)
        .containsExactly(
            "amount changed: i:1; -> i:2;", "gone removed: b:true;", "more added: s1:y");
  }

  @Test
  void s4_06_keysAreCheckedAtTheDefinitionAndAtTheCall() {
    try (SluiceClient client = SluiceClient.connect("127.0.0.1:1");
        InvocationApp app = InvocationApp.builder(client).build()) {
      assertThatThrownBy(
              () -> app.task("pay", none -> 0).registration(ConcurrencyControlType.KEYS).define())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("keys of task pay must be told");
      assertThatThrownBy(() -> app.task("pay", none -> 0).keys("account").define())
          .hasMessageContaining("only then");
      assertThatThrownBy(
              () ->
                  app.task("pay", none -> 0)
                      .running(ConcurrencyControlType.KEYS)
                      .keys("account", "account")
                      .define())
          .hasMessageContaining("must be different names");
      ControlledTask<Integer> pay =
          app.<Integer>task("pay", none -> 0)
              .running(ConcurrencyControlType.KEYS)
              .keys("account")
              .define();
      assertThatThrownBy(() -> pay.call(Map.of("amount", 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("arguments must have the key account but had [amount]");
      assertThatThrownBy(() -> app.task("pay", none -> 0).define())
          .hasMessage("task pay must be defined once");
      assertThatThrownBy(() -> app.task("a/b", none -> 0))
          .hasMessage("task must be 1..100 letters, digits, _ . - but was a/b");
    }
  }
}
