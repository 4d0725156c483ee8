package io.sluice.engine;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What the engine may not depend on, so that the same events always give the same answers. */
@AnalyzeClasses(packages = "io.sluice.engine", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final Map<String, Set<String>> AMBIENT =
      Map.of(
          "java.lang.System", Set.of("nanoTime", "currentTimeMillis", "getenv", "getProperty"),
          "java.lang.Math", Set.of("random"),
          "java.lang.StrictMath", Set.of("random"),
          "java.util.UUID", Set.of("randomUUID"),
          "java.util.Date", Set.of("<init>"),
          "java.util.Random", Set.of("<init>"),
          "java.util.SplittableRandom", Set.of("<init>"),
          "java.util.random.RandomGenerator", Set.of("getDefault", "of"));

  private static final DescribedPredicate<JavaAccess<?>> AMBIENT_TIME_OR_CHANCE =
      describe(
          "ask for a time or a chance that was not passed in",
          access -> isAmbient(access.getTarget()));

  @ArchTest
  static final ArchRule DEPENDS_ON_THE_JDK_CAFFEINE_AND_JSPECIFY_ONLY =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.engine..",
              "java.lang..",
              "java.math..",
              "java.time..",
              "java.util..",
              "com.github.benmanes.caffeine.cache..",
              "org.jspecify.annotations..");

  @ArchTest
  static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES =
      slices().matching("io.sluice.engine.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule TIME_AND_CHANCE_COME_IN_AS_ARGUMENTS =
      noClasses().should().accessTargetWhere(AMBIENT_TIME_OR_CHANCE);

  @ArchTest
  static final ArchRule NOTHING_READS_OR_WRITES_OR_RUNS_BESIDE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..", "java.net..", "java.nio..", "java.util.concurrent.locks..")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.lang\\.(Thread|ThreadLocal|Process|ProcessBuilder|Runtime)(\\$.*)?")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("java\\.util\\.(Timer|TimerTask|Scanner)")
          .orShould()
          .dependOnClassesThat(
              describe(
                  "reside in java.util.concurrent, units of time apart",
                  type ->
                      type.getPackageName().startsWith("java.util.concurrent")
                          && !type.getSimpleName().equals("TimeUnit")
                          && !type.getSimpleName().equals("Executor")));

  /** The rules of zones and calendars are data; a clock would not be. */
  @ArchTest
  static final ArchRule ONLY_CALENDARS_AND_HEADERS_KNOW_DATES =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.sluice.engine.rate", "io.sluice.engine.provider")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.time..");

  @ArchTest
  static final ArchRule NOTHING_HAS_A_CLOCK =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.time\\.(Clock|InstantSource)(\\$.*)?");

  @ArchTest
  static final ArchRule NOTHING_USES_THE_STANDARD_STREAMS =
      noClasses()
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .accessField(System.class, "in");

  @ArchTest
  static final ArchRule NO_STATE_IS_STATIC =
      fields().that().areStatic().should().beFinal().allowEmptyShould(true);

  @ArchTest
  static final ArchRule ONLY_THE_STORES_KNOW_HOW_THEY_KEEP =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.sluice.engine.store.memory", "io.sluice.engine.store.shared")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.engine.store.memory", "io.sluice.engine.store.shared");

  @ArchTest
  static final ArchRule BREAKERS_AND_HEADERS_ARE_LEAVES =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.engine.breaker", "io.sluice.engine.provider")
          .should()
          .dependOnClassesThat(
              describe(
                  "are of another package than model and their own",
                  type ->
                      type.getPackageName().startsWith("io.sluice.engine.")
                          && !type.getPackageName()
                              .matches("io\\.sluice\\.engine\\.(breaker|provider|model)")));

  @ArchTest
  static final ArchRule CONTROLLERS_OF_RATES_ARE_LEAVES =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.engine.adaptive.rate")
          .should()
          .dependOnClassesThat(
              describe(
                  "are of another package than model and their own",
                  type ->
                      type.getPackageName().startsWith("io.sluice.engine.")
                          && !type.getPackageName()
                              .matches("io\\.sluice\\.engine\\.(adaptive\\.rate|model)")));

  @ArchTest
  static final ArchRule MEMORY_IS_NOT_SHARED =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.engine.store.memory")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.sluice.engine.store.shared");

  @ArchTest
  static final ArchRule CONTROLLERS_OF_CONCURRENCY_ARE_LEAVES =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.engine.adaptive.concurrency")
          .should()
          .dependOnClassesThat(
              describe(
                  "are of another package than model and their own",
                  type ->
                      type.getPackageName().startsWith("io.sluice.engine.")
                          && !type.getPackageName()
                              .matches("io\\.sluice\\.engine\\.(adaptive\\.concurrency|model)")));

  @Test
  void rulesSeeCallsAndMethodReferences() {
    JavaClasses offenders =
        new ClassFileImporter().importClasses(Caller.class, Referrer.class, Roller.class);
    for (JavaClass offender : offenders) {
      assertThat(offender.getAccessesFromSelf())
          .as("%s is seen", offender.getSimpleName())
          .anyMatch(AMBIENT_TIME_OR_CHANCE::test);
      assertThat(
              TIME_AND_CHANCE_COME_IN_AS_ARGUMENTS
                  .evaluate(new ClassFileImporter().importClasses(offender.reflect()))
                  .hasViolation())
          .as("%s is refused", offender.getSimpleName())
          .isTrue();
    }
  }

  private static boolean isAmbient(AccessTarget target) {
    String owner = target.getOwner().getName();
    return AMBIENT.getOrDefault(owner, Set.of()).contains(target.getName())
        || owner.equals("java.util.concurrent.ThreadLocalRandom")
        || owner.equals("java.security.SecureRandom")
        || (owner.startsWith("java.time.") && target.getName().equals("now"));
  }

  private static final class Caller {
    long time() {
      return System.nanoTime();
    }
  }

  private static final class Referrer {
    final LongSupplier clock = System::nanoTime;
  }

  private static final class Roller {
    final RandomGenerator dice = new java.util.Random();
  }
}
