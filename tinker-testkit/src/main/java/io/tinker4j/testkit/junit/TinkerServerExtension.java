package io.tinker4j.testkit.junit;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.time.ManualTime;
import java.lang.reflect.Constructor;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts a server when a parameter asks for one; JUnit closes it with the test. */
final class TinkerServerExtension implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TinkerServerExtension.class);

  // JUnit makes it.
  TinkerServerExtension() {}

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(
      ExtensionContext rootContext) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return (type == EmbeddedTinkerServer.class && parameter.isAnnotated(TinkerServer.class))
        || type == ManualTime.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    requireContextOfItsOwn(parameter, context);
    Optional<TinkerServer> own = parameter.findAnnotation(TinkerServer.class);
    if (own.isPresent()) {
      Fixture fixture = fixture(context, own.get());
      if (!fixture.settings.equals(own.get())) {
        throw new ParameterResolutionException(
            "the server of this test was started with %s before; %s cannot change that"
                .formatted(fixture.settings, own.get()));
      }
      return fixture.server;
    }
    // The clock may come before the server that it belongs to.
    for (var each : parameter.getDeclaringExecutable().getParameters()) {
      TinkerServer settings = each.getAnnotation(TinkerServer.class);
      if (settings != null) {
        return fixture(context, settings).requireTime();
      }
    }
    Fixture fixture = context.getStore(NAMESPACE).get(Fixture.class, Fixture.class);
    if (fixture == null) {
      throw new ParameterResolutionException(
          "there is no @TinkerServer whose clock this ManualTime could be");
    }
    return fixture.requireTime();
  }

  /** By the method that JUnit 5 and 6 have in common. */
  @SuppressWarnings("deprecation")
  private static Fixture fixture(ExtensionContext context, TinkerServer settings) {
    return Objects.requireNonNull(
        context
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent(Fixture.class, unused -> new Fixture(settings), Fixture.class));
  }

  /**
   * Before 5.12 JUnit constructs test instances in the context of their class, whose server all
   * tests of the class would share.
   */
  private static void requireContextOfItsOwn(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getDeclaringExecutable() instanceof Constructor
        && context.getTestMethod().isEmpty()
        && context.getTestInstanceLifecycle().equals(Optional.of(Lifecycle.PER_METHOD))) {
      throw new ParameterResolutionException(
          "a server for a constructor needs JUnit 5.12 or newer;"
              + " pass it to the test or to a @BeforeEach method instead");
    }
  }

  /** A server and its clock; before 5.13 JUnit closes nothing but closeable resources. */
  @SuppressWarnings("deprecation")
  private static final class Fixture implements ExtensionContext.Store.CloseableResource {
    final TinkerServer settings;
    final EmbeddedTinkerServer server;
    private final @Nullable ManualTime time;

    Fixture(TinkerServer settings) {
      this.settings = settings;
      time = settings.virtualTime() ? ManualTime.autoAdvancing() : null;
      EmbeddedTinkerServer.Builder builder =
          EmbeddedTinkerServer.builder().faults(FaultScript.fromJson(settings.faults()));
      server = (time == null ? builder : builder.time(time)).start();
    }

    ManualTime requireTime() {
      if (time == null) {
        throw new ParameterResolutionException(
            "a ManualTime needs @TinkerServer(virtualTime = true)");
      }
      return time;
    }

    @Override
    public void close() {
      server.close();
      if (time != null) {
        time.close();
      }
    }
  }
}
