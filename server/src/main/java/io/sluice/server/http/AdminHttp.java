package io.sluice.server.http;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A small HTTP server for pages that are read: each is a function of its query. */
public final class AdminHttp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminHttp.class);
  private static final int THREADS = 2;
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private final HttpServer server;
  private final ExecutorService threads;

  /** Binds the address; nothing is answered before {@link #start}. */
  public AdminHttp(InetSocketAddress address) throws IOException {
    server = HttpServer.create(address, 0);
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "sluice-admin");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    page("/", query -> Answer.text(404, "no such page"));
  }

  /** Adds a page. Only GET and HEAD are answered. */
  public AdminHttp page(String path, Function<Map<String, String>, Answer> page) {
    server.createContext(path, exchange -> answer(exchange, path, page));
    return this;
  }

  /** Starts answering, and returns the port. */
  public int start() {
    server.start();
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void answer(
      HttpExchange exchange, String path, Function<Map<String, String>, Answer> page)
      throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      Answer answer;
      if (!method.equals("GET") && !method.equals("HEAD")) {
        answer = Answer.text(405, "only GET");
      } else if (!path.equals("/") && !path.equals(exchange.getRequestURI().getPath())) {
        answer = Answer.text(404, "no such page");
      } else {
        answer = page.apply(query(exchange.getRequestURI().getRawQuery()));
      }
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.contentType());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      boolean headOnly = method.equals("HEAD");
      exchange.sendResponseHeaders(answer.status(), headOnly ? -1 : body.length);
      if (!headOnly) {
        exchange.getResponseBody().write(body);
      }
    } catch (RuntimeException e) {
      LOG.error("The page {} failed", path, e);
      throw e;
    }
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw != null) {
      for (String part : raw.split("&", 32)) {
        int equals = part.indexOf('=');
        String name = equals < 0 ? part : part.substring(0, equals);
        query.put(decode(name), equals < 0 ? "" : decode(part.substring(equals + 1)));
      }
    }
    return query;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  /**
   * What a page says.
   *
   * @param status the HTTP status
   * @param contentType the media type
   * @param body the text
   */
  public record Answer(int status, String contentType, String body) {
    /** Plain text, with a line end. */
    public static Answer text(int status, String text) {
      return new Answer(status, "text/plain; charset=utf-8", text + "\n");
    }

    /** JSON of maps, lists, texts, numbers and truth values. */
    public static Answer json(int status, Object value) {
      return new Answer(status, "application/json", JSON.toJson(value) + "\n");
    }

    /** Metrics as Prometheus reads them. */
    public static Answer prometheus(String metrics) {
      return new Answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics);
    }
  }
}
