package io.tinker4j.testkit.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.observe.RecordedRequest;
import io.tinker4j.transport.Headers;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What the server remembers of requests. */
class RequestLogTest {
  @Test
  void log_full_forgetsTheOldest() {
    RequestLog log = new RequestLog(request -> {});
    for (int i = 0; i < 10_001; i++) {
      log.add(request("a" + i, 1));
    }
    int most = log.all().size();
    log.add(request("large", 17 << 20));

    assertThat(most).isEqualTo(10_000);
    assertThat(log.all()).extracting(RecordedRequest::path).containsExactly("large");
    log.clear();
    assertThat(log.all()).isEmpty();
  }

  private static ReceivedRequest request(String path, int size) {
    return new ReceivedRequest("POST", path, Headers.empty(), new byte[size], Instant.EPOCH);
  }
}
