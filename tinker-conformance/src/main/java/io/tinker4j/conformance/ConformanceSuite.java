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
    return CaseList.all().entries().stream().map(CaseList.Entry::which).toList();
  }

  /**
   * Asks everything, one case after the other. Blocks.
   *
   * @param progress told each result as it comes
   * @throws InterruptedException when the thread was interrupted
   */
  public ConformanceReport run(Consumer<ConformanceResult> progress) throws InterruptedException {
    List<ConformanceResult> results = new ArrayList<>();
    List<String> leftBehind = new ArrayList<>();
    try (Probe probe = new Probe(baseUrl, apiKey)) {
      for (CaseList.Entry entry : CaseList.all().entries()) {
        ConformanceResult result = ask(entry, probe);
        probe.endCase().forEach(each -> leftBehind.add(entry.which().id() + ": " + each));
        results.add(result);
        progress.accept(result);
      }
    }
    return new ConformanceReport(baseUrl.toString(), results, leftBehind);
  }

  private static ConformanceResult ask(CaseList.Entry entry, Probe probe)
      throws InterruptedException {
    try {
      entry.check().run(probe);
      return new ConformanceResult(entry.which(), Verdict.SUPPORTED, "");
    } catch (CaseException e) {
      return new ConformanceResult(entry.which(), e.verdict(), e.detail());
    } catch (InterruptedException e) {
      throw e;
    } catch (IOException e) {
      return new ConformanceResult(entry.which(), Verdict.DIFFERS, "no answer: " + e);
    } catch (Exception e) {
      return new ConformanceResult(entry.which(), Verdict.DIFFERS, "unreadable answer: " + e);
    }
  }
}
