package interop;

import com.helger.commons.state.ETriState;
import com.helger.phase4.CAS4;
import com.helger.phase4.crypto.ECryptoAlgorithmCrypt;
import com.helger.phase4.crypto.ECryptoAlgorithmSign;
import com.helger.phase4.crypto.ECryptoAlgorithmSignDigest;
import com.helger.phase4.model.EMEP;
import com.helger.phase4.model.EMEPBinding;
import com.helger.phase4.model.pmode.IPMode;
import com.helger.phase4.model.pmode.PMode;
import com.helger.phase4.model.pmode.PModeParty;
import com.helger.phase4.model.pmode.PModeReceptionAwareness;
import com.helger.phase4.model.pmode.leg.EPModeSendReceiptReplyPattern;
import com.helger.phase4.model.pmode.leg.PModeLeg;
import com.helger.phase4.model.pmode.leg.PModeLegBusinessInformation;
import com.helger.phase4.model.pmode.leg.PModeLegErrorHandling;
import com.helger.phase4.model.pmode.leg.PModeLegProtocol;
import com.helger.phase4.model.pmode.leg.PModeLegSecurity;
import com.helger.phase4.wss.EWSSVersion;
import java.util.Set;

/** What partners in OOTS agree upon: eDelivery AS4 1.15, one-way push, receipts in the answer (TDD 4.7). */
final class OotsPMode {
    static final String PARTY_TYPE = "urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots";
    static final String ROLE = "http://sdg.europa.eu/edelivery/gateway";
    private static final String SERVICE = "QueryManager";
    private static final Set<String> ACTIONS =
            Set.of("ExecuteQueryRequest", "ExecuteQueryResponse", "ExceptionResponse");

    private OotsPMode() {}

    /** The agreement on a message of this service and action, null where there is none. */
    static IPMode find(
            String id,
            String service,
            String action,
            String initiator,
            String responder,
            String agreement,
            String address) {
        boolean isTest = CAS4.DEFAULT_SERVICE_URL.equals(service) && CAS4.DEFAULT_ACTION_URL.equals(action);
        boolean isKnown = isTest || SERVICE.equals(service) && ACTIONS.contains(action);
        return isKnown ? between(initiator, responder, service, action, false) : null;
    }

    static PMode between(
            String initiator, String responder, String service, String action, boolean isEncrypted) {
        return new PMode(
                initiator + "-" + responder + "-" + action,
                party(initiator),
                party(responder),
                null,
                EMEP.ONE_WAY,
                EMEPBinding.PUSH,
                leg(service, action, isEncrypted),
                null,
                null,
                new PModeReceptionAwareness(ETriState.TRUE, ETriState.FALSE, 0, 0, ETriState.TRUE));
    }

    private static PModeParty party(String id) {
        return new PModeParty(PARTY_TYPE, id, ROLE, null, null);
    }

    private static PModeLeg leg(String service, String action, boolean isEncrypted) {
        return new PModeLeg(
                PModeLegProtocol.createForDefaultSoapVersion(null),
                PModeLegBusinessInformation.create(service, action, null, null),
                PModeLegErrorHandling.createUndefined(),
                null,
                security(isEncrypted));
    }

    private static PModeLegSecurity security(boolean isEncrypted) {
        PModeLegSecurity security = new PModeLegSecurity();
        security.setWSSVersion(EWSSVersion.WSS_111);
        security.setX509SignatureAlgorithm(ECryptoAlgorithmSign.RSA_SHA_256);
        security.setX509SignatureHashFunction(ECryptoAlgorithmSignDigest.DIGEST_SHA_256);
        if (isEncrypted) {
            security.setX509EncryptionAlgorithm(ECryptoAlgorithmCrypt.AES_128_GCM);
        }
        security.setSendReceipt(true);
        security.setSendReceiptNonRepudiation(true);
        security.setSendReceiptReplyPattern(EPModeSendReceiptReplyPattern.RESPONSE);
        return security;
    }
}
