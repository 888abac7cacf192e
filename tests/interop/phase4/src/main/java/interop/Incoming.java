package interop;

import com.helger.commons.collection.impl.ICommonsList;
import com.helger.commons.http.HttpHeaderMap;
import com.helger.phase4.attachment.WSS4JAttachment;
import com.helger.phase4.ebms3header.Ebms3Error;
import com.helger.phase4.ebms3header.Ebms3Property;
import com.helger.phase4.ebms3header.Ebms3SignalMessage;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.incoming.IAS4IncomingMessageMetadata;
import com.helger.phase4.incoming.IAS4IncomingMessageState;
import com.helger.phase4.incoming.spi.AS4MessageProcessorResult;
import com.helger.phase4.incoming.spi.AS4SignalMessageProcessorResult;
import com.helger.phase4.incoming.spi.IAS4IncomingMessageProcessorSPI;
import com.helger.phase4.model.pmode.IPMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.w3c.dom.Node;

/**
 * Writes a message that phase4 has accepted into a folder of its own, in the lines of Outgoing; and passes it on, in a
 * message of its own, where the file routes.properties says "SENDER = from|to|endpoint".
 */
final class Incoming implements IAS4IncomingMessageProcessorSPI {
    private final Keys keys;
    private final Path folder;

    Incoming(Keys keys, Path folder) {
        this.keys = keys;
        this.folder = folder;
    }

    @Override
    public AS4MessageProcessorResult processAS4UserMessage(
            IAS4IncomingMessageMetadata metadata,
            HttpHeaderMap headers,
            Ebms3UserMessage message,
            IPMode pmode,
            Node payload,
            ICommonsList<WSS4JAttachment> attachments,
            IAS4IncomingMessageState state,
            ICommonsList<Ebms3Error> errors) {
        try {
            Properties told = told(message);
            told.setProperty("isSigned", String.valueOf(state.isSoapSignatureChecked()));
            told.setProperty("isEncrypted", String.valueOf(state.isSoapDecrypted()));
            write(told, attachments);
            return isPassedOn(told)
                    ? AS4MessageProcessorResult.createSuccess()
                    : AS4MessageProcessorResult.createFailure();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private static Properties told(Ebms3UserMessage message) {
        Properties told = new Properties();
        told.setProperty("messageId", message.getMessageInfo().getMessageId());
        told.setProperty("from", message.getPartyInfo().getFrom().getPartyIdAtIndex(0).getValue());
        told.setProperty("to", message.getPartyInfo().getTo().getPartyIdAtIndex(0).getValue());
        told.setProperty("service", message.getCollaborationInfo().getService().getValue());
        told.setProperty("serviceType", message.getCollaborationInfo().getService().getType());
        told.setProperty("action", message.getCollaborationInfo().getAction());
        told.setProperty("conversationId", message.getCollaborationInfo().getConversationId());
        List<Ebms3Property> properties = message.getMessageProperties().getProperty();
        for (int number = 0; number < properties.size(); number++) {
            Ebms3Property property = properties.get(number);
            String type = property.getType() == null ? "" : property.getType();
            told.setProperty("property." + number, property.getName() + "|" + type + "|" + property.getValue());
        }
        return told;
    }

    /** A message is there once its folder has its final name. */
    private void write(Properties told, List<WSS4JAttachment> attachments) throws IOException {
        Path received = Files.createDirectories(folder.resolve("received"));
        Path target = received.resolve(told.getProperty("messageId"));
        Path written = Files.createTempDirectory(received, "arriving-");
        for (int number = 0; number < attachments.size(); number++) {
            WSS4JAttachment attachment = attachments.get(number);
            Path part = written.resolve("part-" + number);
            try (InputStream content = attachment.getSourceStream()) {
                Files.copy(content, part);
            }
            String gzip = attachment.getCompressionMode() == null ? "" : "gzip";
            Path named = folder.relativize(target.resolve("part-" + number));
            told.setProperty(
                    "part." + number,
                    String.join("|", attachment.getId(), attachment.getUncompressedMimeType(), named.toString(), gzip));
        }
        try (OutputStream out = Files.newOutputStream(written.resolve("message.properties"))) {
            told.store(out, null);
        }
        Files.move(written, target);
    }

    /** Whether the next access point has given its receipt, where there is one. */
    private boolean isPassedOn(Properties told) throws IOException {
        Path routes = folder.resolve("routes.properties");
        if (!Files.exists(routes)) {
            return true;
        }
        Properties known = new Properties();
        try (Reader in = Files.newBufferedReader(routes)) {
            known.load(in);
        }
        String[] route = known.getProperty(told.getProperty("from")).split("\\|", 3);
        told.setProperty("from", route[0]);
        told.setProperty("to", route[1]);
        told.setProperty("endpoint", route[2]);
        told.setProperty("messageId", UUID.randomUUID() + "@passed-on.oots.example");
        Properties result = new Outgoing(keys, folder).send(told);
        System.err.println("passed on: " + result);
        return "SUCCESS".equals(result.getProperty("result"));
    }

    @Override
    public AS4SignalMessageProcessorResult processAS4SignalMessage(
            IAS4IncomingMessageMetadata metadata,
            HttpHeaderMap headers,
            Ebms3SignalMessage signal,
            IPMode pmode,
            IAS4IncomingMessageState state,
            ICommonsList<Ebms3Error> errors) {
        return AS4SignalMessageProcessorResult.createSuccess();
    }

    @Override
    public void processAS4ResponseMessage(
            IAS4IncomingMessageMetadata metadata,
            IAS4IncomingMessageState state,
            String responseMessageId,
            byte[] response,
            boolean isSignal) {}
}
