package io.tinker4j.conformance;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Asks a server, over HTTP alone, whether it does what the wire protocol says. Passes against the
 * embedded server; against others it tells what they can do.
 *
 * {@snippet :
 * ConformanceReport report =
 *     ConformanceSuite.of(URI.create("http://127.0.0.1:8000"), "tml-key").run(result -> {});
 * System.out.println(report.toTable());
 * }
 *
 * <p>Creates sessions, models of rank 4, checkpoints and samplers on the server, under the key that
 * it is given: each case its own, at most two models at once. When a case is over, its models are
 * unloaded, its checkpoints deleted and its sessions finished; {@link
 * ConformanceReport#leftBehind()} says what a server would not let go. Training runs stay listed,
 * since the protocol cannot delete them. Takes seconds on the embedded server; a real one trains on
 * a few dozen tokens.
 */
public final class ConformanceSuite {
  private final URI baseUrl;
  private final String apiKey;

  private ConformanceSuite(URI baseUrl, String apiKey) {
    this.baseUrl = baseUrl;
    this.apiKey = apiKey;
  }

  /**
   * Returns the suite for a server.
   *
   * @param baseUrl the URL that {@code /api/v1/…} is appended to
   */
  public static ConformanceSuite of(URI baseUrl, String apiKey) {
    if (baseUrl.getScheme() == null || baseUrl.getHost() == null) {
      throw new IllegalArgumentException(
          "baseUrl is " + baseUrl + "; it must be like http://127.0.0.1:8000");
    }
    return new ConformanceSuite(baseUrl, Objects.requireNonNull(apiKey, "apiKey"));
  }

  /** Returns all cases in their order. */
  public static List<ConformanceCase> cases() {
    return CaseFiles.all().entries().stream().map(CaseFiles.Entry::which).toList();
  }

  /**
   * Asks everything, one case after the other. Blocks.
   *
   * @param progress told each result as it comes
   * @throws InterruptedException when the thread was interrupted
   */
  public ConformanceReport run(Consumer<ConformanceResult> progress) throws InterruptedException {
    return run(progress, (expected, reply, document, scope) -> {});
  }

  ConformanceReport run(Consumer<ConformanceResult> progress, CaseRun.Witness witness)
      throws InterruptedException {
    List<ConformanceResult> results = new ArrayList<>();
    List<String> leftBehind = new ArrayList<>();
    try (Probe probe = new Probe(baseUrl, apiKey)) {
      for (CaseFiles.Entry entry : CaseFiles.all().entries()) {
        ConformanceResult result = ask(entry, new CaseRun(CaseFiles.all(), probe, witness));
        probe.endCase().forEach(each -> leftBehind.add(entry.which().id() + ": " + each));
        results.add(result);
        progress.accept(result);
      }
    }
    return new ConformanceReport(baseUrl.toString(), results, leftBehind);
  }

  private static ConformanceResult ask(CaseFiles.Entry entry, CaseRun run)
      throws InterruptedException {
    try {
      run.run(entry);
      return new ConformanceResult(entry.which(), Verdict.SUPPORTED, "");
    } catch (CaseException e) {
      return new ConformanceResult(entry.which(), e.verdict(), e.detail());
    } catch (IOException e) {
      return new ConformanceResult(entry.which(), Verdict.DIFFERS, "no answer: " + e);
    } catch (RuntimeException e) {
      return new ConformanceResult(entry.which(), Verdict.DIFFERS, "unreadable answer: " + e);
    }
  }
}
