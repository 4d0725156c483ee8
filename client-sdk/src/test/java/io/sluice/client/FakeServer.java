package io.sluice.client;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResponse;
import io.sluice.proto.v1.ReleaseResult;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResponse;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.RenewStatus;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An AdmissionService over a real socket that grants everything and remembers what it was sent,
 * unless a test scripts the next answers. Grants are kept by request id, so a retry gets the same.
 */
final class FakeServer extends AdmissionServiceGrpc.AdmissionServiceImplBase
    implements AutoCloseable {
  final BlockingQueue<AcquireRequest> acquires = new LinkedBlockingQueue<>();
  final BlockingQueue<RenewRequest> renewals = new LinkedBlockingQueue<>();
  final BlockingQueue<Release> releases = new LinkedBlockingQueue<>();
  final BlockingQueue<ReleaseRequest> releaseCalls = new LinkedBlockingQueue<>();
  final BlockingQueue<AcquireRequest> cancelled = new LinkedBlockingQueue<>();

  /** Statuses that the next calls fail with, after they did their work. */
  final BlockingQueue<Status> acquireFailures = new LinkedBlockingQueue<>();

  final BlockingQueue<Status> renewFailures = new LinkedBlockingQueue<>();
  final BlockingQueue<Status> releaseFailures = new LinkedBlockingQueue<>();

  /** What an acquire answers; null = nothing, it waits until it is cancelled. */
  volatile @Nullable Function<AcquireRequest, AcquireResponse> answer =
      request -> grant(request, TTL);

  volatile Function<String, RenewStatus> renewal = id -> RenewStatus.RENEW_STATUS_RENEWED;

  /** How many of the next messages of sessions are not received. */
  final AtomicInteger deaf = new AtomicInteger();

  /** What streams are refused with; null = they are not. */
  volatile @Nullable Status sessionRefusal;

  volatile boolean releasesHang;
  volatile Duration ttlOfRenewals = TTL;

  static final Duration TTL = Duration.ofSeconds(30);

  private final FakeSessions sessions = new FakeSessions(this);
  private final Map<String, AcquireResponse> byRequestId = new ConcurrentHashMap<>();
  private final AtomicInteger leases = new AtomicInteger();
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Server server;
  private final String target;

  private FakeServer(@Nullable Path socket) throws IOException {
    NettyServerBuilder builder =
        socket == null
            ? NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .channelType(NioServerSocketChannel.class)
            : NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class);
    server =
        builder
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .directExecutor()
            .addService(this)
            .build()
            .start();
    target = socket == null ? "127.0.0.1:" + server.getPort() : "unix://" + socket;
  }

  static FakeServer overTcp() throws IOException {
    return new FakeServer(null);
  }

  static FakeServer overUnixSocket(Path socket) throws IOException {
    return new FakeServer(socket);
  }

  String target() {
    return target;
  }

  /** Patient, so that a busy machine causes no retries that a test did not ask for. */
  SluiceClientBuilder client() {
    return SluiceClient.builder()
        .target(target)
        .clientId("test")
        .defaultTimeout(Duration.ofSeconds(20));
  }

  @Override
  public void acquire(AcquireRequest request, StreamObserver<AcquireResponse> caller) {
    ServerCallStreamObserver<AcquireResponse> call =
        (ServerCallStreamObserver<AcquireResponse>) caller;
    call.setOnCancelHandler(() -> cancelled.add(request));
    Function<AcquireRequest, AcquireResponse> answering = answer; // as it is before this is seen
    acquires.add(request);
    if (answering == null) {
      return;
    }
    try {
      AcquireResponse response =
          byRequestId.computeIfAbsent(request.getRequestId(), id -> answering.apply(request));
      finish(call, response, acquireFailures.poll());
    } catch (StatusRuntimeException refused) {
      call.onError(refused);
    }
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<RenewResponse> call) {
    renewals.add(request);
    RenewResponse.Builder response = RenewResponse.newBuilder();
    for (String id : request.getLeaseIdsList()) {
      RenewStatus status = renewal.apply(id);
      RenewResult.Builder result = RenewResult.newBuilder().setLeaseId(id).setStatus(status);
      if (status == RenewStatus.RENEW_STATUS_RENEWED) {
        result.setTtl(Messages.duration(ttlOfRenewals));
      }
      response.addResults(result);
    }
    finish(call, response.build(), renewFailures.poll());
  }

  @Override
  public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> call) {
    releaseCalls.add(request);
    releases.addAll(request.getReleasesList());
    if (releasesHang) {
      return;
    }
    ReleaseResponse.Builder response = ReleaseResponse.newBuilder();
    for (Release release : request.getReleasesList()) {
      response.addResults(
          ReleaseResult.newBuilder()
              .setLeaseId(release.getLeaseId())
              .setStatus(ReleaseStatus.RELEASE_STATUS_RELEASED));
    }
    finish(call, response.build(), releaseFailures.poll());
  }

  @Override
  public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> client) {
    return sessions.connect(client);
  }

  int refusedStreams() {
    return sessions.refused.get();
  }

  /** Breaks every stream, as a connection that breaks does. */
  void breakStreams() {
    sessions.breakAll();
  }

  /** Forgets every session, as a server does that was started anew. */
  void forgetSessions() {
    sessions.forget();
  }

  AcquireResponse grant(AcquireRequest request, Duration ttl) {
    return AcquireResponse.newBuilder().setGrant(grant(ttl)).build();
  }

  Grant.Builder grant(Duration ttl) {
    int number = leases.incrementAndGet();
    return Grant.newBuilder()
        .setLeaseId("%032x".formatted(number))
        .setFencingToken(number)
        .setTtl(Messages.duration(ttl))
        .setRenewAfter(Messages.duration(ttl.dividedBy(3)))
        .setLimited(true);
  }

  void deny(DenialReason reason) {
    answer =
        request ->
            AcquireResponse.newBuilder()
                .setDenial(
                    Denial.newBuilder()
                        .setReason(reason)
                        .setLimit("chat")
                        .setResource(request.getDemands(0).getResource()))
                .build();
  }

  /** The next of what the server saw, which must come within a few seconds. */
  static <T> T next(BlockingQueue<T> seen) throws InterruptedException {
    T first = seen.poll(10, TimeUnit.SECONDS);
    if (first == null) {
      throw new AssertionError("the server saw nothing");
    }
    return first;
  }

  @Override
  public void close() {
    server.shutdownNow();
    var unused = loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
  }

  private static <T> void finish(StreamObserver<T> call, T response, @Nullable Status failure) {
    if (failure == null) {
      call.onNext(response);
      call.onCompleted();
    } else {
      call.onError(failure.asRuntimeException());
    }
  }
}
