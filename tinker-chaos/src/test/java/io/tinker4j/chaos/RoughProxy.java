package io.tinker4j.chaos;

import io.tinker4j.transport.Time;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Passes connections on to a server, badly: cuts them at any byte, holds bytes back, and sends
 * whole requests once more on connections of its own, whose answers are thrown away.
 */
final class RoughProxy implements AutoCloseable {
  private static final int CUT_ONE_IN = 150;
  private static final int DELAY_ONE_IN = 40;
  private static final int REPEAT_ONE_IN = 40;
  private static final int LONGEST_DELAY_MILLIS = 400;

  private final ServerSocket listener;
  private final InetSocketAddress server;
  private final SplittableRandom seeds;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger cuts = new AtomicInteger();
  private final AtomicInteger delays = new AtomicInteger();
  private final AtomicInteger repeats = new AtomicInteger();
  private volatile boolean closed;

  /** Listens on a free port for connections to a server of this machine. */
  RoughProxy(int serverPort, long seed) throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    server = new InetSocketAddress(here, serverPort);
    listener = new ServerSocket(0, 50, here);
    seeds = new SplittableRandom(seed);
    Thread unused = Thread.ofVirtual().name("proxy").start(this::accept);
  }

  /** What has been done to connections. */
  record Toll(int cuts, int delays, int repeats) {}

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  Toll toll() {
    return new Toll(cuts.get(), delays.get(), repeats.get());
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = listener.accept();
        SplittableRandom random = seeds.split();
        Thread unused = Thread.ofVirtual().name("proxy").start(() -> pass(client, random));
      } catch (IOException e) {
        if (!closed) {
          throw new IllegalStateException("the proxy cannot accept connections", e);
        }
      }
    }
  }

  private void pass(Socket client, SplittableRandom random) {
    SplittableRandom back = random.split();
    try (client;
        Socket upstream = new Socket()) {
      sockets.add(client);
      sockets.add(upstream);
      upstream.connect(server);
      Request request = new Request();
      Thread answers = Thread.ofVirtual().start(() -> pump(upstream, client, back, request, false));
      pump(client, upstream, random, request, true);
      answers.join();
    } catch (IOException e) {
      cut(client); // the server is away
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(client);
    }
  }

  /** The bytes of a request: complete when the first byte of its answer comes. */
  private static final class Request {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean isAnswered;

    synchronized void add(byte[] more, int length) {
      if (isAnswered) {
        bytes.reset();
        isAnswered = false;
      }
      bytes.write(more, 0, length);
    }

    synchronized byte @Nullable [] answered() {
      if (isAnswered) {
        return null;
      }
      isAnswered = true;
      return bytes.toByteArray();
    }
  }

  private void pump(
      Socket from, Socket to, SplittableRandom random, Request request, boolean isRequest) {
    byte[] bytes = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (isRequest) {
          request.add(bytes, read);
        } else {
          repeatNow(request.answered(), random);
        }
        if (random.nextInt(DELAY_ONE_IN) == 0) {
          delays.incrementAndGet();
          Time.system().sleep(Duration.ofMillis(random.nextInt(LONGEST_DELAY_MILLIS)));
        }
        boolean isCut = random.nextInt(CUT_ONE_IN) == 0;
        to.getOutputStream().write(bytes, 0, isCut ? random.nextInt(read) : read);
        if (isCut) {
          cuts.incrementAndGet();
          break;
        }
      }
    } catch (IOException e) {
      cut(to); // either end is gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cut(from);
    cut(to);
  }

  private void repeatNow(byte @Nullable [] request, SplittableRandom random) {
    if (request != null && random.nextInt(REPEAT_ONE_IN) == 0) {
      int delay = random.nextInt(LONGEST_DELAY_MILLIS);
      Thread unused = Thread.ofVirtual().name("repeat").start(() -> repeat(request, delay));
    }
  }

  private void repeat(byte[] request, int delayMillis) {
    try (Socket upstream = new Socket()) {
      Time.system().sleep(Duration.ofMillis(delayMillis));
      upstream.connect(server);
      upstream.setSoTimeout(10_000);
      upstream.getOutputStream().write(request);
      if (upstream.getInputStream().read() >= 0) {
        repeats.incrementAndGet();
      }
    } catch (IOException e) {
      cut(null); // the server is away or does not answer: nothing was repeated
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void cut(@Nullable Socket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("a socket cannot be closed", e);
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    sockets.forEach(RoughProxy::cut);
  }
}
