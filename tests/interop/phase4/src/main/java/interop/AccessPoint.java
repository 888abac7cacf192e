package interop;

import com.helger.commons.collection.impl.CommonsArrayList;
import com.helger.commons.http.EHttpMethod;
import com.helger.phase4.incoming.AS4IncomingProfileSelectorConstant;
import com.helger.phase4.incoming.AS4RequestHandler;
import com.helger.phase4.incoming.AS4ServerInitializer;
import com.helger.phase4.mgr.AS4ManagerFactoryInMemory;
import com.helger.phase4.mgr.MetaAS4Manager;
import com.helger.phase4.servlet.AS4UnifiedResponse;
import com.helger.phase4.servlet.AS4XServletHandler;
import com.helger.phase4.servlet.IAS4ServletRequestHandlerCustomizer;
import com.helger.web.scope.IRequestWebScopeWithoutResponse;
import com.helger.web.scope.mgr.WebScopeManager;
import com.helger.xservlet.AbstractXServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * An access point on a free port of loopback: what comes to /as4 is written below the folder's "received", and a message
 * that is described to /send is sent. Ends when its standard input does.
 */
public final class AccessPoint {
    private AccessPoint() {}

    /** @param arguments the folder of the keys, into which everything is written */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Keys keys = Keys.in(folder);
        MetaAS4Manager.setFactory(new AS4ManagerFactoryInMemory());

        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler();
        WebScopeManager.onGlobalBegin(context.getServletContext());
        context.addServlet(new ServletHolder(new As4(keys, folder)), "/as4");
        context.addServlet(new ServletHolder(new Send(keys, folder)), "/send");
        server.setHandler(context);
        server.start();
        WSSConfig.init();
        AS4ServerInitializer.initAS4Server();

        System.out.println("listening " + connector.getLocalPort());
        System.out.flush();
        while (System.in.read() >= 0) {
            // whoever started this holds its input open
        }
        server.stop();
        System.exit(0);
    }

    /** Takes messages as phase4 takes them, by the agreements of OOTS. */
    private static final class As4 extends AbstractXServlet {
        As4(Keys keys, Path folder) {
            AS4XServletHandler handler = new AS4XServletHandler();
            handler.setRequestHandlerCustomizer(new Customizer(keys, new Incoming(keys, folder)));
            handlerRegistry().registerHandler(EHttpMethod.POST, handler);
        }
    }

    private record Customizer(Keys keys, Incoming incoming) implements IAS4ServletRequestHandlerCustomizer {
        @Override
        public void customizeBeforeHandling(
                IRequestWebScopeWithoutResponse scope, AS4UnifiedResponse response, AS4RequestHandler handler) {
            handler.setCryptoFactorySign(keys.signing());
            handler.setCryptoFactoryCrypt(keys.decrypting());
            handler.setPModeResolver(OotsPMode::find);
            handler.setIncomingProfileSelector(new AS4IncomingProfileSelectorConstant(null, false));
            handler.setProcessorSupplier(() -> new CommonsArrayList<>(incoming));
        }

        @Override
        public void customizeAfterHandling(
                IRequestWebScopeWithoutResponse scope, AS4UnifiedResponse response, AS4RequestHandler handler) {}
    }

    /** Sends what the body describes (see Outgoing), and answers with what became of it. */
    private static final class Send extends HttpServlet {
        private final transient Keys keys;
        private final transient Path folder;

        Send(Keys keys, Path folder) {
            this.keys = keys;
            this.folder = folder;
        }

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Properties told = new Properties();
            told.load(new StringReader(new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
            Properties result = new Outgoing(keys, folder).send(told);
            response.setContentType("text/plain;charset=UTF-8");
            for (String name : result.stringPropertyNames()) {
                response.getWriter().println(name + "=" + result.getProperty(name).replace('\n', ' '));
            }
        }
    }
}
