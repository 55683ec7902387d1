package io.tinker4j.verify.recovery;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * The other half of {@link HashTest}'s seeds, and runs over sockets: {@code -Dchaos.http=A..B} a
 * range of those.
 */
@Tag("one-carrier")
class OtherHashTest {
  @Test
  @DisabledIfSystemProperty(named = "chaos.seeds", matches = ".+")
  void run_withFaultsOfEveryKind_endsAsWithoutAny() throws Exception {
    ChaosSeeds.check(ChaosRun.plain(), HashTest.seedsOfToday(1));
  }

  /** Most seeds reach the server without sockets; this shows that sockets change nothing. */
  @Test
  void run_overHttp_endsAsWithoutFaultsToo() throws Exception {
    ChaosSeeds.check(ChaosRun.plain().overHttp(), System.getProperty("chaos.http", "1..2"));
  }
}
