package io.sluice.benchmarks;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResponse;
import io.sluice.proto.v1.SessionAcquire;
import io.sluice.proto.v1.SessionAnswer;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** The least that a gRPC server can do with the same interface: what the transport alone costs. */
final class EchoServer implements AutoCloseable {
  private static final AcquireResponse GRANT =
      AcquireResponse.newBuilder()
          .setGrant(Grant.newBuilder().setLeaseId("0".repeat(32)).setLimited(true))
          .build();

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          Runtime.getRuntime().availableProcessors(), NioIoHandler.newFactory());
  private final Server server;

  EchoServer(SocketAddress address) throws IOException {
    server =
        NettyServerBuilder.forAddress(address)
            .channelType(
                address instanceof UnixDomainSocketAddress
                    ? NioServerDomainSocketChannel.class
                    : NioServerSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .directExecutor()
            .addService(new Echo())
            .build()
            .start();
  }

  SocketAddress address() {
    SocketAddress bound = server.getListenSockets().get(0);
    return bound instanceof InetSocketAddress tcp
        ? new InetSocketAddress("127.0.0.1", tcp.getPort())
        : bound;
  }

  @Override
  public void close() {
    server.shutdownNow();
    loops.shutdownGracefully();
  }

  private static final class Echo extends AdmissionServiceGrpc.AdmissionServiceImplBase {
    @Override
    public void acquire(AcquireRequest request, StreamObserver<AcquireResponse> observer) {
      observer.onNext(GRANT);
      observer.onCompleted();
    }

    @Override
    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> observer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(SessionRequest request) {
          SessionResponse.Builder response = SessionResponse.newBuilder();
          for (SessionAcquire acquire : request.getAcquiresList()) {
            response.addAnswers(
                SessionAnswer.newBuilder().setCall(acquire.getCall()).setGrant(GRANT.getGrant()));
          }
          observer.onNext(response.build());
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          observer.onCompleted();
        }
      };
    }

    @Override
    public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> observer) {
      observer.onNext(ReleaseResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }
}
