package io.tinker4j.testkit.observe;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import java.util.List;

/** Entry to assertions about what an {@link EmbeddedTinkerServer} has seen and done. */
public final class ServerAssertions {
  private ServerAssertions() {}

  /** Starts assertions about the operations of a model, see {@link EmbeddedTinkerServer#ledger}. */
  public static LedgerAssert assertThatLedger(List<ExecutedOperation> ledger) {
    return new LedgerAssert(List.copyOf(ledger));
  }

  /** Starts assertions about requests, see {@link EmbeddedTinkerServer#requests}. */
  public static RequestsAssert assertThatRequests(List<RecordedRequest> requests) {
    return new RequestsAssert("requests", List.copyOf(requests));
  }
}
