package io.sluice.engine.mutant;

import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the tests of the engine, class after class, until one fails. */
final class FirstFailure {
  /** These take longest, so they are asked last. */
  private static final List<String> SLOW =
      List.of("AgingTest", "FairnessTest", "OverloadTest", "LeaseModelTest", "SimulationTest");

  private final List<String> failures = new ArrayList<>();

  private FirstFailure() {}

  /**
   * Prints the first test that fails and exits with 1, or exits with 0.
   *
   * @param classes classes to run; none = all
   */
  public static void main(String[] classes) {
    String failure = new FirstFailure().run(List.of(classes));
    System.out.println(failure == null ? "all passed" : failure);
    System.exit(failure == null ? 0 : 1);
  }

  private String run(List<String> classes) {
    Launcher launcher = LauncherFactory.create();
    for (String name : classes.isEmpty() ? testClasses(launcher) : classes) {
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request().selectors(selectClass(name)).build();
      launcher.execute(request, listener());
      if (!failures.isEmpty()) {
        return failures.get(0);
      }
    }
    return null;
  }

  private static List<String> testClasses(Launcher launcher) {
    TestPlan plan =
        launcher.discover(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage("io.sluice.engine"))
                .filters(
                    excludeClassNamePatterns(
                        ".*\\.mutant\\..*",
                        ".*\\.scenario\\..*",
                        ".*ArchitectureTest.*",
                        ".*\\.LongSimulation"))
                .build());
    List<String> names = new ArrayList<>();
    for (TestIdentifier root : plan.getRoots()) {
      for (TestIdentifier type : plan.getChildren(root)) {
        type.getSource()
            .filter(ClassSource.class::isInstance)
            .map(source -> ((ClassSource) source).getClassName())
            .ifPresent(names::add);
      }
    }
    names.sort(
        Comparator.comparingInt((String name) -> SLOW.indexOf(simple(name)))
            .thenComparing(Comparator.naturalOrder()));
    return names;
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private TestExecutionListener listener() {
    return new TestExecutionListener() {
      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        result
            .getThrowable()
            .filter(thrown -> result.getStatus() == TestExecutionResult.Status.FAILED)
            .ifPresent(thrown -> failures.add(name(test) + ": " + firstLine(thrown)));
      }
    };
  }

  private static String name(TestIdentifier test) {
    return test.getSource()
        .filter(MethodSource.class::isInstance)
        .map(MethodSource.class::cast)
        .map(source -> simple(source.getClassName()) + "." + source.getMethodName())
        .orElse(test.getDisplayName());
  }

  private static String firstLine(Throwable thrown) {
    return String.valueOf(thrown).strip().lines().findFirst().orElse("");
  }
}
