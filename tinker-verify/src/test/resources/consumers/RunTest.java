package consumer;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the named test and says how it went. */
final class RunTest {
  private RunTest() {}

  public static void main(String[] args) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(args[0])).build(),
            listener);
    listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
    System.out.printf(
        "%d successful, %d failed%n",
        listener.getSummary().getTestsSucceededCount(),
        listener.getSummary().getTotalFailureCount());
    System.exit(0);
  }
}
