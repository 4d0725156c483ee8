package io.sluice.server.grpc;

import io.grpc.stub.StreamObserver;
import io.sluice.engine.admission.Purge;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Pause;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.proto.v1.DeleteLimitRequest;
import io.sluice.proto.v1.DeleteLimitResponse;
import io.sluice.proto.v1.GetLimitRequest;
import io.sluice.proto.v1.GetLimitResponse;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.ListLimitsResponse;
import io.sluice.proto.v1.PauseResourceRequest;
import io.sluice.proto.v1.PauseResourceResponse;
import io.sluice.proto.v1.PurgeRequest;
import io.sluice.proto.v1.PurgeResponse;
import io.sluice.proto.v1.PutLimitRequest;
import io.sluice.proto.v1.PutLimitResponse;
import io.sluice.proto.v1.ReloadConfigResponse;
import io.sluice.proto.v1.ResetLimitRequest;
import io.sluice.proto.v1.ResetLimitResponse;
import io.sluice.proto.v1.ResumeResourceRequest;
import io.sluice.proto.v1.ResumeResourceResponse;
import io.sluice.server.driver.EngineDriver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of AdminService that look at limits and pauses and change them: a request in, a
 * response out, or an {@link io.sluice.engine.model.InvalidArgumentException} or a status.
 */
final class LimitCalls {
  private final EngineDriver driver;
  private final LimitFromWire reader;
  private final ConfigReload reload;

  LimitCalls(EngineDriver driver, LimitFromWire reader, ConfigReload reload) {
    this.driver = driver;
    this.reader = reader;
    this.reload = reload;
  }

  ListLimitsResponse list(ListLimitsRequest request) {
    String resource = request.getResource();
    return driver.ask(
        engine -> {
          ListLimitsResponse.Builder limits = ListLimitsResponse.newBuilder();
          for (ActiveLimit active : engine.limits()) {
            if (resource.isEmpty() || active.limit().match().resource().matches(resource)) {
              limits.addLimits(AdminToWire.limit(active, engine.store().devices(active)));
            }
          }
          for (Pause pause : engine.pauses()) {
            if (resource.isEmpty() || pause.resource().matches(resource)) {
              limits.addPauses(AdminToWire.pause(pause));
            }
          }
          return limits.build();
        });
  }

  GetLimitResponse get(GetLimitRequest request) {
    return GetLimitResponse.newBuilder().setLimit(limit(request.getLimit())).build();
  }

  PutLimitResponse put(PutLimitRequest request) {
    Limit limit = reader.limit(request.getLimit());
    driver.run(
        engine -> {
          ActiveLimit before = engine.limit(limit.name());
          engine.putLimit(
              before == null
                  ? limit
                  : LimitFromWire.keeping(request.getLimit(), limit, before.configured()),
              driver.nowNanos());
        });
    return PutLimitResponse.newBuilder().setLimit(limit(limit.name())).build();
  }

  DeleteLimitResponse delete(DeleteLimitRequest request) {
    String name = request.getLimit();
    requireFound(driver.ask(engine -> engine.deleteLimit(name, driver.nowNanos())), "limit", name);
    return DeleteLimitResponse.getDefaultInstance();
  }

  ResetLimitResponse reset(ResetLimitRequest request) {
    String name = request.getLimit();
    requireFound(driver.ask(engine -> engine.resetLimit(name, driver.nowNanos())), "limit", name);
    return ResetLimitResponse.getDefaultInstance();
  }

  PauseResourceResponse pause(PauseResourceRequest request) {
    io.sluice.proto.v1.Pause wire = request.getPause();
    ResourcePattern pattern = pattern(wire.getResourcePattern());
    Pause pause = new Pause(pattern, wire.getReason(), wire.getDeny());
    driver.run(engine -> engine.pause(pause, driver.nowNanos()));
    return PauseResourceResponse.getDefaultInstance();
  }

  ResumeResourceResponse resume(ResumeResourceRequest request) {
    ResourcePattern pattern = pattern(request.getResourcePattern());
    requireFound(
        driver.ask(engine -> engine.resume(pattern, driver.nowNanos())),
        "pause of",
        pattern.toString());
    return ResumeResourceResponse.getDefaultInstance();
  }

  void purge(PurgeRequest request, StreamObserver<PurgeResponse> observer) {
    @Nullable ResourcePattern pattern =
        request.getResourcePattern().isEmpty() ? null : pattern(request.getResourcePattern());
    Purge purge =
        new Purge(
            pattern,
            request.getLimit(),
            request.getClientId(),
            request.getWaiters(),
            request.getLeases(),
            request.getMessage());
    driver.purge(
        purge,
        new DurableReply<>(
            observer,
            purged ->
                PurgeResponse.newBuilder()
                    .setWaiters(purged.waiters())
                    .setLeases(purged.leases())
                    .build()));
  }

  ReloadConfigResponse reload() {
    ConfigReload.Result result = reload.reload();
    if (!result.problems().isEmpty()) {
      throw Statuses.precondition(String.join("\n", result.problems()));
    }
    return ReloadConfigResponse.newBuilder()
        .addAllChangedLimits(result.changedLimits())
        .addAllNeedsRestart(result.needsRestart())
        .build();
  }

  private io.sluice.proto.v1.Limit limit(String name) {
    List<io.sluice.proto.v1.Limit> found =
        driver.ask(
            engine ->
                engine.limits().stream()
                    .filter(active -> active.name().equals(name))
                    .map(active -> AdminToWire.limit(active, engine.store().devices(active)))
                    .toList());
    requireFound(!found.isEmpty(), "limit", name);
    return found.get(0);
  }

  private static ResourcePattern pattern(String text) {
    return ResourcePattern.parse("resource_pattern", text);
  }

  private static void requireFound(boolean found, String what, String name) {
    if (!found) {
      throw Statuses.notFound(what, name);
    }
  }
}
