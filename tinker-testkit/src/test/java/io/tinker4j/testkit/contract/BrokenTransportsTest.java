package io.tinker4j.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.jdk.JdkTransport;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Each way to get a transport wrong is found by the rule that is about it. */
@Timeout(300)
class BrokenTransportsTest {
  /** A transport that is right but for what a subclass does with an exchange. */
  abstract static class Flawed implements Transport {
    final JdkTransport right = JdkTransport.create();

    @Override
    public void close() {
      right.close();
    }
  }

  private static TransportRequest at(TransportRequest request, URI uri, ByteBuffer body) {
    return TransportRequest.of(request.method(), uri, request.headers(), body, request.kind());
  }

  static final class SwallowsInterrupts extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request) throws IOException {
      CompletableFuture<TransportResponse> answer = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              answer.complete(right.send(request));
            } catch (IOException | InterruptedException e) {
              answer.completeExceptionally(e);
            }
          });
      while (true) {
        try {
          return answer.get();
        } catch (InterruptedException e) {
          // This is the flaw.
        } catch (ExecutionException e) {
          throw e.getCause() instanceof IOException io ? io : new IOException(e);
        }
      }
    }
  }

  static final class FollowsRedirects extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      TransportResponse response = right.send(request);
      if (response.status() / 100 == 3) {
        URI target = URI.create(response.headers().first("location").orElseThrow());
        response.close();
        return right.send(at(request, target, request.body()));
      }
      return response;
    }
  }

  static final class BuffersDownloads extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      try (TransportResponse response = right.send(request)) {
        return TransportResponse.of(
            response.status(),
            response.headers(),
            new ByteArrayInputStream(response.body().readAllBytes()));
      }
    }
  }

  static final class ThrowsOnNotFound extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      TransportResponse response = right.send(request);
      if (response.status() == 404) {
        response.close();
        throw new java.io.FileNotFoundException(request.uri().getPath());
      }
      return response;
    }
  }

  static final class DropsRepeatedHeaders extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      TransportResponse response = right.send(request);
      Headers.Builder first = Headers.builder();
      response.headers().asMap().forEach((name, values) -> first.set(name, values.getFirst()));
      return TransportResponse.of(response.status(), first.build(), response.body());
    }
  }

  static final class DecodesBodies extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      TransportResponse response = right.send(request);
      return response.headers().first("content-encoding").isPresent()
          ? TransportResponse.of(
              response.status(), Headers.empty(), new GZIPInputStream(response.body()))
          : response;
    }
  }

  static final class RetriesByItself extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      try {
        return right.send(request);
      } catch (ConnectException e) {
        throw e;
      } catch (IOException e) {
        return right.send(request);
      }
    }
  }

  static final class SendsABodyOnce extends Flawed {
    private final Set<TransportRequest> seen = java.util.concurrent.ConcurrentHashMap.newKeySet();

    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      return right.send(
          seen.add(request) ? request : at(request, request.uri(), ByteBuffer.allocate(0)));
    }
  }

  static final class HidesRefusals extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      try {
        return right.send(request);
      } catch (ConnectException e) {
        throw new IOException("could not send", e);
      }
    }
  }

  static final class TakesHalfForWhole extends Flawed {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      TransportResponse response = right.send(request);
      return TransportResponse.of(
          response.status(), response.headers(), new Forgiving(response.body()));
    }

    private static final class Forgiving extends FilterInputStream {
      Forgiving(InputStream in) {
        super(in);
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        try {
          return in.read(into, offset, length);
        } catch (IOException e) {
          if (Thread.currentThread().isInterrupted()) {
            throw e;
          }
          return -1;
        }
      }
    }
  }

  private static Transport made(String flaw) {
    return switch (flaw) {
      case "SwallowsInterrupts" -> new SwallowsInterrupts();
      case "FollowsRedirects" -> new FollowsRedirects();
      case "BuffersDownloads" -> new BuffersDownloads();
      case "ThrowsOnNotFound" -> new ThrowsOnNotFound();
      case "DropsRepeatedHeaders" -> new DropsRepeatedHeaders();
      case "DecodesBodies" -> new DecodesBodies();
      case "RetriesByItself" -> new RetriesByItself();
      case "SendsABodyOnce" -> new SendsABodyOnce();
      case "HidesRefusals" -> new HidesRefusals();
      case "TakesHalfForWhole" -> new TakesHalfForWhole();
      default -> throw new IllegalArgumentException(flaw);
    };
  }

  /** The contract, for the transport that a configuration parameter names. */
  static final class Calls extends TransportContract {
    @Override
    protected Transport createTransport() {
      return made(String.valueOf(FLAW.get()));
    }
  }

  static final class Streams extends TransportStreamingContract {
    @Override
    protected Transport createTransport() {
      return made(String.valueOf(FLAW.get()));
    }
  }

  private static final ThreadLocal<String> FLAW = new ThreadLocal<>();

  private static Set<String> failedRules(String flaw, DiscoverySelector... rules) {
    FLAW.set(flaw);
    return EngineTestKit.engine("junit-jupiter")
        .selectors(rules)
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getTestDescriptor().getSource().orElseThrow().toString())
        .map(source -> source.replaceAll(".*methodName = '([^']*)'.*", "$1"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Those that a rule has to wait for, all at the same time. */
  @Test
  void slowFlaws_failTheirRules() {
    String early = "bytes_canBeReadAsTheyArrive";
    CompletableFuture<Set<String>> buffers =
        CompletableFuture.supplyAsync(
            () -> failedRules("BuffersDownloads", selectMethod(Streams.class, early)));
    assertThat(failedRules("SwallowsInterrupts", selectClass(Calls.class)))
        .contains("interrupt_whileWaiting_endsItPromptly");
    assertThat(buffers.join()).containsExactly(early);
  }

  @Test
  void calls_eachFlaw_failsItsRule() {
    assertThat(failedRules("FollowsRedirects", selectClass(Calls.class)))
        .containsExactly("redirect_isNotFollowed");
    assertThat(failedRules("ThrowsOnNotFound", selectClass(Calls.class)))
        .containsExactly("everyStatus_isAnAnswer");
    assertThat(failedRules("DropsRepeatedHeaders", selectClass(Calls.class)))
        .containsExactly("repeatedResponseHeaders_areAllThere");
    assertThat(failedRules("DecodesBodies", selectClass(Calls.class)))
        .containsExactly("encodedBody_isHandedOutAsItArrived");
    assertThat(failedRules("RetriesByItself", selectClass(Calls.class)))
        .contains("lostConnection_isAnIoExceptionAndNothingIsSentAgain");
    assertThat(failedRules("SendsABodyOnce", selectClass(Calls.class)))
        .containsExactly("body_arrivesByteForByteWithItsLength");
    assertThat(failedRules("HidesRefusals", selectClass(Calls.class)))
        .containsExactly("refusedConnection_isAConnectException");
  }

  @Test
  void streams_eachFlaw_failsItsRule() {
    assertThat(failedRules("TakesHalfForWhole", selectClass(Streams.class)))
        .containsExactly(
            "bodyThatEndsEarly_isAnIoException", "chunksThatEndEarly_areAnIoException");
  }
}
