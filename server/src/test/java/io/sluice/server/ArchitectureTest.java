package io.sluice.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.sluice.server", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final DescribedPredicate<JavaAccess<?>> AMBIENT_TIME =
      DescribedPredicate.describe(
          "System.nanoTime, System.currentTimeMillis or Instant.now, called or referred to",
          access -> {
            String target = access.getTargetOwner().getName() + "." + access.getTarget().getName();
            return target.equals("java.lang.System.nanoTime")
                || target.equals("java.lang.System.currentTimeMillis")
                || target.equals("java.time.Instant.now");
          });

  @ArchTest
  static final ArchRule edgesDoNotSeeEachOther =
      slices()
          .matching("io.sluice.server.(grpc|http|metrics|inventory|config|journal|redis)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule edgesDoNotSeeTheRoot =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..grpc..",
              "..http..",
              "..metrics..",
              "..inventory..",
              "..config..",
              "..redis..",
              "..driver..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.server", "io.sluice.server.cli..");

  @ArchTest
  static final ArchRule onlyTheCommandsAreClients =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.server.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.sluice.client..");

  @ArchTest
  static final ArchRule onlyTheCommandsWriteToStandardStreams =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.server.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  @ArchTest
  static final ArchRule oneClock =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.sluice.server.driver.NanoClock")
          .should()
          .accessTargetWhere(AMBIENT_TIME);

  @ArchTest
  static final ArchRule protobufStaysAtTheGrpcEdgeInTheCommandsAndInRecords =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.sluice.server.grpc..", "io.sluice.server.cli..", "io.sluice.server.state..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.google.protobuf..", "io.sluice.proto..");

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.sluice.server.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyOneEdgeKnowsRedis =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.server.redis..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.lettuce..", "reactor..");

  @ArchTest static final ArchRule noStaticState = fields().that().areStatic().should().beFinal();
}
