package interop;

import com.helger.commons.mime.MimeTypeParser;
import com.helger.phase4.attachment.AS4OutgoingAttachment;
import com.helger.phase4.attachment.EAS4CompressionMode;
import com.helger.phase4.crypto.ECryptoKeyIdentifierType;
import com.helger.phase4.incoming.AS4IncomingProfileSelectorConstant;
import com.helger.phase4.model.MessageProperty;
import com.helger.phase4.sender.AS4Sender;
import com.helger.phase4.sender.EAS4UserMessageSendResult;
import com.helger.phase4.sender.IAS4SignalMessageValidationResultHandler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * One message to send, told in lines: endpoint, from, to, service, serviceType, action, messageId, conversationId;
 * property.N = name|type|value; part.N = content id|media type|file|gzip or nothing; encrypt = true or nothing; sign =
 * another key store, or nothing.
 */
record Outgoing(Keys keys, Path folder) {
    /** @return result, a name of EAS4UserMessageSendResult; errors, with their codes; receipt, what became of its check */
    Properties send(Properties told) {
        Properties result = new Properties();
        List<String> errors = new ArrayList<>();
        try {
            AS4Sender.BuilderUserMessage message = builder(told);
            message.signalMsgConsumer((signal, metadata, state) ->
                    signal.getError().forEach(error -> errors.add(error.getErrorCode())));
            message.signalMsgValidationResultHdl(new Validation(result));
            EAS4UserMessageSendResult sent = message.sendMessageAndCheckForReceipt(
                    fault -> result.setProperty("fault", String.valueOf(fault)));
            result.setProperty("result", sent.name());
        } catch (Exception fault) {
            result.setProperty("result", "FAULT");
            result.setProperty("fault", String.valueOf(fault));
        }
        result.setProperty("errors", String.join(" ", errors));
        return result;
    }

    private AS4Sender.BuilderUserMessage builder(Properties told) throws Exception {
        AS4Sender.BuilderUserMessage message = AS4Sender.builderUserMessage()
                .pmode(OotsPMode.between(
                        told.getProperty("from"),
                        told.getProperty("to"),
                        told.getProperty("service"),
                        told.getProperty("action"),
                        told.containsKey("encrypt")))
                .cryptoFactorySign(told.containsKey("sign") ? keys.signingWith(told.getProperty("sign")) : keys.signing())
                .cryptoFactoryCrypt(keys.decrypting())
                .as4ProfileID("oots")
                .pmodeResolver(OotsPMode::find)
                .incomingProfileSelector(new AS4IncomingProfileSelectorConstant(null, false))
                .endpointURL(told.getProperty("endpoint"))
                .messageID(told.getProperty("messageId"))
                .conversationID(told.getProperty("conversationId"))
                .service(told.getProperty("serviceType"), told.getProperty("service"))
                .action(told.getProperty("action"))
                .agreementRef(null)
                .fromPartyIDType(OotsPMode.PARTY_TYPE)
                .fromPartyID(told.getProperty("from"))
                .fromRole(OotsPMode.ROLE)
                .toPartyIDType(OotsPMode.PARTY_TYPE)
                .toPartyID(told.getProperty("to"))
                .toRole(OotsPMode.ROLE)
                .forceMimeMessage(true);
        message.signingParams().setKeyIdentifierType(ECryptoKeyIdentifierType.BST_DIRECT_REFERENCE);
        if (told.containsKey("encrypt")) {
            message.cryptParams()
                    .setKeyIdentifierType(ECryptoKeyIdentifierType.SKI_KEY_IDENTIFIER)
                    .setCertificate(keys.recipient(told.getProperty("to")));
        }
        for (int number = 0; told.containsKey("property." + number); number++) {
            String[] property = told.getProperty("property." + number).split("\\|", 3);
            message.addMessageProperty(
                    MessageProperty.builder().name(property[0]).type(emptyToNull(property[1])).value(property[2]));
        }
        for (int number = 0; told.containsKey("part." + number); number++) {
            message.addAttachment(part(told.getProperty("part." + number).split("\\|", 4)));
        }
        return message;
    }

    private AS4OutgoingAttachment part(String[] part) throws Exception {
        return AS4OutgoingAttachment.builder()
                .contentID(part[0])
                .mimeType(MimeTypeParser.parseMimeType(part[1]))
                .data(folder.resolve(part[2]).toFile())
                .compression(part[3].equals("gzip") ? EAS4CompressionMode.GZIP : null)
                .build();
    }

    private static String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** What phase4 found when it held the receipt against the message. */
    private record Validation(Properties result) implements IAS4SignalMessageValidationResultHandler {
        @Override
        public void onSuccess() {
            result.setProperty("receipt", "verified");
        }

        @Override
        public void onError(String message) {
            result.setProperty("receipt", message);
        }

        @Override
        public void onNotApplicable() {
            result.setProperty("receipt", "not held against the message");
        }
    }
}
