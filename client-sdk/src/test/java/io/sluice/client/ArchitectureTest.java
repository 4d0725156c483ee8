package io.sluice.client;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;

@AnalyzeClasses(packages = "io.sluice.client", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] WORK = {
    "io.sluice.client.pool..",
    "io.sluice.client.batch..",
    "io.sluice.client.jobs..",
    "io.sluice.client.invocations..",
    "io.sluice.client.rate..",
    "io.sluice.client.tasks.."
  };

  @ArchTest
  static final ArchRule onlyTheClocksReadTheClock =
      noClasses()
          .that()
          .doNotBelongToAnyOf(SystemTime.class, NanoClock.class)
          .should()
          .accessTargetWhere(
              target("a clock", System.class, Set.of("nanoTime", "currentTimeMillis")));

  @ArchTest
  static final ArchRule nobodyReadsTheCalendar =
      noClasses()
          .should()
          .accessTargetWhere(target("now()", java.time.Instant.class, Set.of("now")));

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses().should().accessTargetWhere(target("sleep", Thread.class, Set.of("sleep")));

  @ArchTest
  static final ArchRule noStandardStreams =
      GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  @ArchTest
  static final ArchRule nothingRunsInTheCommonPool =
      noClasses()
          .should()
          .dependOnClassesThat()
          .areAssignableTo(ForkJoinPool.class)
          .orShould()
          .accessTargetWhere(
              target(
                  "…Async",
                  java.util.concurrent.CompletableFuture.class,
                  Set.of("supplyAsync", "runAsync", "thenApplyAsync", "whenCompleteAsync")));

  @ArchTest
  static final ArchRule noCycles =
      SlicesRuleDefinition.slices()
          .matching("io.sluice.client.(**)")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true);

  /** What works over a client stands on its public face, and on what they share. */
  @ArchTest
  static final ArchRule coreDoesNotKnowWhoWorksOverIt =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.sluice.client",
              "io.sluice.client.internal",
              "io.sluice.client.admin",
              "io.sluice.client.statistics")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(WORK);

  @ArchTest
  static final ArchRule workDoesNotKnowTheWire =
      noClasses()
          .that()
          .resideInAnyPackage(WORK)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.grpc..", "io.sluice.proto..", "com.google..");

  @ArchTest
  static final ArchRule kindsOfWorkDoNotKnowEachOther =
      SlicesRuleDefinition.slices()
          .matching("io.sluice.client.(pool|batch|jobs|invocations|rate|tasks)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule valuesStandOnNothing =
      noClasses()
          .that()
          .resideInAnyPackage("io.sluice.client.admin", "io.sluice.client.statistics")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.client", "io.grpc..", "io.sluice.proto..");

  /** A caller never sees a message of the wire; a channel is the one gRPC type it may bring. */
  @ArchTest
  static final ArchRule publicMethodsHideTheWire =
      noMethods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .and()
          .doNotHaveName("channel")
          .should()
          .haveRawReturnType(wire())
          .orShould()
          .haveRawParameterTypes(anyWire());

  @ArchTest
  static final ArchRule valuesAndAlgorithmsDoNotKnowTheTransport =
      noClasses()
          .that()
          .haveSimpleName("LeaseClock")
          .or()
          .haveSimpleName("RetryPolicy")
          .or()
          .haveSimpleName("Bounds")
          .or()
          .haveSimpleName("Demand")
          .or()
          .haveSimpleName("DeviceAsk")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.grpc..");

  private static DescribedPredicate<com.tngtech.archunit.core.domain.JavaAccess<?>> target(
      String what, Class<?> owner, Set<String> names) {
    return DescribedPredicate.describe(
        what,
        access -> {
          AccessTarget target = access.getTarget();
          return target.getOwner().isEquivalentTo(owner) && names.contains(target.getName());
        });
  }

  private static DescribedPredicate<JavaClass> wire() {
    return resideInAnyPackage("io.grpc..", "io.sluice.proto..", "com.google..");
  }

  private static DescribedPredicate<java.util.List<JavaClass>> anyWire() {
    return DescribedPredicate.describe(
        "a type of the wire", types -> types.stream().anyMatch(wire()));
  }
}
